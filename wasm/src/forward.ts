import { structs } from './layout.js';
import type { Library } from './library.js';
import type { EffectiveRank, Forward, LayerReport, StepOptions } from './types.js';

/** Where a network on inputs finds its memory, the inputs above. */
export interface Place {
  depth: number;
  memory: number;
  bytes: number;
  inputs: number;
  count: number;
}

/** The same of a network that is about to run, with its description. */
export interface Start extends Place {
  architecture: number;
  draw: number;
}

const begunAnother = 'its engine has begun another one since';

/** A run in the module's memory, from `begin` until the engine begins another. */
export class Run implements Forward {
  readonly #library: Library;
  readonly #forward: number;
  readonly #place: Place;
  #layer = 0;
  /** Why. */
  #ended: string | null = null;

  constructor(library: Library, place: Place, begin: (forward: number, why: number) => number) {
    this.#library = library;
    this.#place = place;
    this.#forward = library.size(begin);
  }

  get layer(): number {
    return this.#layer;
  }

  get done(): boolean {
    return this.#layer > this.#place.depth;
  }

  step(options?: { measure?: true }): LayerReport;
  step(options: StepOptions): LayerReport | null;
  step({ measure = true }: StepOptions = {}): LayerReport | null {
    this.#assertAlive();
    const { functions, memory } = this.#library;
    const result = this.#library.layerReport(measure, (report, why) =>
      functions.igb_forward_step(this.#forward, report, why),
    );
    // The first step has read the inputs, which lie above the network's own memory.
    memory.release(this.#place.memory + this.#place.bytes);
    this.#layer += 1;
    return result;
  }

  *[Symbol.iterator](): Iterator<LayerReport> {
    while (!this.done) yield this.step();
  }

  preactivations(): Float32Array {
    this.#assertAlive();
    const { functions } = this.#library;
    if (this.#layer === 0) {
      this.#library.refuse('out_of_range', 'layer', 0, 1, this.#place.depth + 1);
    }
    return this.#library.layer((shape) =>
      functions.igb_forward_preactivations(this.#forward, shape),
    );
  }

  effectiveRank(): EffectiveRank {
    this.#assertAlive();
    const { functions } = this.#library;
    return this.#library.struct(structs.igb_effective_rank, (rank, why) =>
      functions.igb_forward_effective_rank(this.#forward, rank, why),
    );
  }

  classes(): Uint16Array {
    this.#assertAlive();
    const { functions } = this.#library;
    return this.#library.classes(this.#place.count, (classes, why) =>
      functions.igb_forward_classes(this.#forward, classes, why),
    );
  }

  end(why = begunAnother): void {
    this.#ended ??= why;
  }

  #assertAlive(): void {
    if (this.#ended !== null) throw new Error(`this network has ended: ${this.#ended}`);
  }
}

/** A network with the weights of a draw. */
export function runDrawn(library: Library, start: Start): Run {
  const { architecture, draw, inputs, count, memory, bytes } = start;
  return new Run(library, start, (forward, why) =>
    library.functions.igb_forward_begin(
      architecture,
      draw,
      inputs,
      count,
      memory,
      bytes,
      forward,
      why,
    ),
  );
}
