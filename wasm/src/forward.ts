import { structs } from './layout.js';
import type { Library } from './library.js';
import type { EffectiveRank, Forward, LayerReport, StepOptions } from './types.js';

/** Where a network that is about to run finds its description and its memory, the inputs above. */
export interface Start {
  architecture: number;
  draw: number;
  depth: number;
  memory: number;
  bytes: number;
  inputs: number;
  count: number;
}

/** A run in the module's memory, from `begin` until the engine begins another. */
export class Run implements Forward {
  readonly #library: Library;
  readonly #forward: number;
  readonly #start: Start;
  #layer = 0;
  #ended = false;

  constructor(library: Library, start: Start) {
    const { functions, memory } = library;
    this.#library = library;
    this.#start = start;
    this.#forward = memory.scratch(() => {
      const forward = memory.take(Uint32Array.BYTES_PER_ELEMENT);
      const { architecture, draw, inputs, count, bytes } = start;
      library.call((why) =>
        functions.igb_forward_begin(
          architecture,
          draw,
          inputs,
          count,
          start.memory,
          bytes,
          forward,
          why,
        ),
      );
      return memory.readUint32(forward);
    });
  }

  get layer(): number {
    return this.#layer;
  }

  get done(): boolean {
    return this.#layer > this.#start.depth;
  }

  step(options?: { measure?: true }): LayerReport;
  step(options: StepOptions): LayerReport | null;
  step({ measure = true }: StepOptions = {}): LayerReport | null {
    this.#assertAlive();
    const { functions, memory } = this.#library;
    const struct = structs.igb_layer_report;
    const result = memory.scratch(() => {
      const report = measure ? memory.take(struct.size) : 0;
      this.#library.call((why) => functions.igb_forward_step(this.#forward, report, why));
      return measure ? memory.readStruct(struct, report) : null;
    });
    // The first step has read the inputs, which lie above the network's own memory.
    memory.release(this.#start.memory + this.#start.bytes);
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
      this.#library.refuse('out_of_range', 'layer', 0, 1, this.#start.depth + 1);
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
    return this.#library.classes(this.#start.count, (classes, why) =>
      functions.igb_forward_classes(this.#forward, classes, why),
    );
  }

  end(): void {
    this.#ended = true;
  }

  #assertAlive(): void {
    if (this.#ended) {
      throw new Error('this network has ended: its engine has begun another one since');
    }
  }
}
