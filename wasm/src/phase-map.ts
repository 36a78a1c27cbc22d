import { structs } from './layout.js';
import type { Library } from './library.js';
import type { FixedPointColumns, PhaseMap } from './types.js';

const struct = structs.igb_fixed_point_report;
const { phase, qFixedPoints, ...numbers } = struct.fields;
const everyQ = 0xffff_ffff;

/** `q_fixed_points` as JavaScript counts. */
export const countOf = (fixedPoints: number) =>
  fixedPoints === everyQ ? Number.POSITIVE_INFINITY : fixedPoints;

/** A map in the module's memory, until the engine begins something else. */
export class MapRun implements PhaseMap {
  readonly #library: Library;
  readonly #map: number;
  #ended = false;

  constructor(library: Library, map: number) {
    this.#library = library;
    this.#map = map;
  }

  row(sigmaB2: number, sigmaW2: ArrayLike<number>): FixedPointColumns {
    if (this.#ended) throw new Error('this map has ended: its engine has begun something else');
    const { functions, memory } = this.#library;
    const count = sigmaW2.length;
    return memory.scratch(() => {
      const row = memory.takeFloat64(sigmaW2);
      const points = memory.take(count * struct.size);
      this.#library.call((why) =>
        functions.igb_phase_map_row(this.#map, sigmaB2, row, count, points, why),
      );
      const view = memory.view(points, count * struct.size);
      const column = (read: (at: number) => number) =>
        Float64Array.from({ length: count }, (_, j) => read(j * struct.size));
      const columns = Object.fromEntries(
        Object.entries(numbers).map(([name, [, offset]]) => [
          name,
          column((at) => view.getFloat64(at + offset, true)),
        ]),
      );
      return {
        ...columns,
        qFixedPoints: column((at) => countOf(view.getUint32(at + qFixedPoints[1], true))),
        phase: Uint8Array.from(column((at) => view.getInt32(at + phase[1], true))),
      } as FixedPointColumns;
    });
  }

  end(): void {
    this.#ended = true;
  }
}
