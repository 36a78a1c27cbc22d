import type { Start } from './forward.js';
import { structs } from './layout.js';
import type { Library } from './library.js';
import type { Backpropagation, MeasuredGradient } from './types.js';

const noLabel = 0xffff;

/** Writes labels to an address. */
export function writeLabels(
  library: Library,
  address: number,
  labels: ArrayLike<number | null>,
): void {
  const list = Uint16Array.from({ length: labels.length }, (_, input) => {
    const label = labels[input];
    if (label === null) return noLabel;
    if (Number.isInteger(label) && Number(label) >= 0 && Number(label) <= noLabel)
      return Number(label);
    return library.refuse('out_of_range', 'label', label, 0, noLabel, ' (an integer)');
  });
  library.memory.uint16(address, list.length).set(list);
}

/** Address of a copy of the labels. */
export function takeLabels(
  library: Library,
  labels: ArrayLike<number | null>,
  count: number,
): number {
  if (labels.length !== count) {
    throw new RangeError(`labels.length = ${labels.length} is not the number of inputs, ${count}`);
  }
  const address = library.memory.take(count * Uint16Array.BYTES_PER_ELEMENT);
  writeLabels(library, address, labels);
  return address;
}

/** A run in the module's memory, until the engine begins something else. */
export class BackpropagationRun implements Backpropagation {
  readonly #library: Library;
  readonly #run: number;
  readonly #count: number;
  #layer = 0;
  #descending = false;
  #done = false;
  #ended = false;

  constructor(library: Library, start: Start, labels: number) {
    const { functions } = library;
    this.#library = library;
    this.#count = start.count;
    this.#run = library.size((run, why) =>
      functions.igb_backpropagation_begin(
        start.architecture,
        start.draw,
        start.inputs,
        labels,
        start.count,
        start.memory,
        start.bytes,
        run,
        why,
      ),
    );
  }

  get layer(): number {
    return this.#layer;
  }

  get descending(): boolean {
    return this.#descending;
  }

  get done(): boolean {
    return this.#done;
  }

  step(): MeasuredGradient | null {
    this.#assertAlive();
    const { functions } = this.#library;
    const state = this.#library.struct(structs.igb_backpropagation_state, (address, why) =>
      functions.igb_backpropagation_step(this.#run, address, why),
    );
    this.#layer = state.layer;
    this.#descending = state.descending !== 0;
    this.#done = state.done !== 0;
    if (!this.#descending) return null;
    return {
      layer: this.#layer,
      logSquares: this.#numbers(functions.igb_backpropagation_log_squares),
      logWeightSquares: this.#numbers(functions.igb_backpropagation_log_weight_squares),
    };
  }

  *[Symbol.iterator](): Iterator<MeasuredGradient> {
    while (!this.#done) {
      const gradient = this.step();
      if (gradient !== null) yield gradient;
    }
  }

  losses(): Float64Array {
    return this.#numbers(this.#library.functions.igb_backpropagation_losses);
  }

  classes(): Uint16Array {
    this.#assertAlive();
    const { functions } = this.#library;
    return this.#library.classes(this.#count, (classes, why) =>
      functions.igb_backpropagation_classes(this.#run, classes, why),
    );
  }

  outputs(): Float32Array {
    this.losses(); // throws where there are none
    const { functions } = this.#library;
    return this.#library.layer((shape) => functions.igb_backpropagation_output(this.#run, shape));
  }

  gradients(): { values: Float32Array; logScales: Float64Array } {
    const { functions } = this.#library;
    const logScales = this.#numbers(functions.igb_backpropagation_log_scales);
    const values = this.#library.layer((shape) =>
      functions.igb_backpropagation_gradients(this.#run, shape),
    );
    return { values, logScales };
  }

  end(): void {
    this.#ended = true;
  }

  #numbers(get: (run: number, numbers: number, why: number) => number): Float64Array {
    this.#assertAlive();
    return this.#library.float64s(this.#count, (numbers, why) => get(this.#run, numbers, why));
  }

  #assertAlive(): void {
    if (this.#ended) {
      throw new Error('this network has ended: its engine has begun another one since');
    }
  }
}
