import { structs } from './layout.js';
import type { Library } from './library.js';
import type { FixedPointColumns, PhaseMap } from './types.js';

const struct = structs.igb_fixed_point_report;
const { phase, qFixedPoints, ...numbers } = struct.fields;
const everyQ = 0xffff_ffff;

/** `q_fixed_points` as JavaScript counts. */
export const countOf = (fixedPoints: number) =>
  fixedPoints === everyQ ? Number.POSITIVE_INFINITY : fixedPoints;

/** Every `stride`-th value of a view. A loop, since Float64Array.from takes ten times as long. */
function column(view: Float64Array | Uint32Array, first: number, stride: number): Float64Array {
  const values = new Float64Array(view.length / stride);
  for (let j = 0, at = first; j < values.length; ++j, at += stride) values[j] = view[at] as number;
  return values;
}

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
      const [doubles, words] = [struct.size / 8, struct.size / 4];
      const real = memory.float64(points, count * doubles);
      const whole = memory.uint32(points, count * words);
      const columns = Object.fromEntries(
        Object.entries(numbers).map(([name, [, at]]) => [name, column(real, at / 8, doubles)]),
      );
      return {
        ...columns,
        qFixedPoints: column(whole, qFixedPoints[1] / 4, words).map(countOf),
        phase: new Uint8Array(column(whole, phase[1] / 4, words)),
      } as FixedPointColumns;
    });
  }

  end(): void {
    this.#ended = true;
  }
}
