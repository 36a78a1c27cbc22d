import type { Start } from './forward.js';
import type { Library } from './library.js';
import type { GramNetwork, LayerReport, StepOptions } from './types.js';

/** A run in the module's memory, until the engine begins something else. */
export class GramRun implements GramNetwork {
  readonly #library: Library;
  readonly #gram: number;
  readonly #count: number;
  readonly #depth: number;
  #layer = 0;
  #ended = false;

  constructor(library: Library, start: Start) {
    const { functions } = library;
    const { architecture, draw, inputs, count, memory, bytes } = start;
    this.#library = library;
    this.#count = count;
    this.#depth = start.depth;
    this.#gram = library.size((gram, why) =>
      functions.igb_gram_begin(architecture, draw, inputs, count, memory, bytes, gram, why),
    );
    library.memory.release(memory + bytes); // the inputs, which are not kept
  }

  get layer(): number {
    return this.#layer;
  }

  get done(): boolean {
    return this.#layer > this.#depth;
  }

  step(options?: { measure?: true }): LayerReport;
  step(options: StepOptions): LayerReport | null;
  step({ measure = true }: StepOptions = {}): LayerReport | null {
    this.#assertAlive();
    const { functions } = this.#library;
    const result = this.#library.layerReport(measure, (report, why) =>
      functions.igb_gram_step(this.#gram, report, why),
    );
    this.#layer += 1;
    return result;
  }

  *[Symbol.iterator](): Iterator<LayerReport> {
    while (!this.done) yield this.step();
  }

  classes(): Uint16Array {
    this.#assertAlive();
    const { functions } = this.#library;
    return this.#library.classes(this.#count, (classes, why) =>
      functions.igb_gram_classes(this.#gram, classes, why),
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
