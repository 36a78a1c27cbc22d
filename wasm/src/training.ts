import { writeLabels } from './backpropagation.js';
import type { Run } from './forward.js';
import { structs } from './layout.js';
import type { Library } from './library.js';
import type { LearningRule, Training } from './types.js';

/** Where a training lives, and what its engine does for it. */
export interface TrainingPlace {
  /** Of the igb_training. */
  training: number;
  /** Room for the inputs and labels of a mini-batch. */
  inputs: number;
  labels: number;
  batch: number;
  /** Values of an input. */
  width: number;
  /** Numbers of gradientSquares. */
  squares: number;
  forward: (inputs: Float32Array) => Run;
  giveBack: (run: Run | null) => void;
}

/** Address of an igb_learning_rule. */
export function takeRule(
  library: Library,
  optimisers: readonly string[],
  {
    optimiser = 'sgd',
    learningRate,
    momentum = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    weightDecay = 0,
  }: LearningRule,
): number {
  return library.memory.takeStruct(structs.igb_learning_rule, {
    optimiser: library.indexOf('optimiser', optimiser, optimisers),
    learningRate,
    momentum,
    beta2,
    epsilon,
    weightDecay,
  });
}

/** A training in memory of its own, until it ends. */
export class TrainingRun implements Training {
  readonly #library: Library;
  readonly #place: TrainingPlace;
  #loss = Number.NaN;
  #accuracy = Number.NaN;
  #run: Run | null = null;
  #ended = false;

  constructor(library: Library, place: TrainingPlace) {
    this.#library = library;
    this.#place = place;
  }

  get steps(): number {
    this.#assertAlive();
    return Number(this.#library.functions.igb_training_steps(this.#place.training));
  }

  get loss(): number {
    return this.#loss;
  }

  get accuracy(): number {
    return this.#accuracy;
  }

  trainStep(inputs: Float32Array, labels: ArrayLike<number>): void {
    this.#assertAlive();
    const library = this.#library;
    const { training, batch, width } = this.#place;
    const count = labels.length;
    if (count < 1 || count > batch) library.refuse('out_of_range', 'batch', count, 1, batch);
    if (inputs.length !== count * width) {
      const values = count * width;
      const note = '; every label has its input';
      library.refuse('out_of_range', 'inputs', inputs.length, values, values, note);
    }
    library.memory.float32(this.#place.inputs, inputs.length).set(inputs);
    writeLabels(library, this.#place.labels, labels);
    this.#goOn();
    const state = library.struct(structs.igb_training_state, (address, why) =>
      library.functions.igb_training_step(
        training,
        this.#place.inputs,
        this.#place.labels,
        count,
        address,
        why,
      ),
    );
    this.#loss = state.loss;
    this.#accuracy = state.accuracy;
  }

  gradientSquares(): Float64Array {
    this.#assertAlive();
    return this.#library.float64s(this.#place.squares, (squares, why) =>
      this.#library.functions.igb_training_gradient_squares(this.#place.training, squares, why),
    );
  }

  save(): Uint8Array<ArrayBuffer> {
    this.#assertAlive();
    const { functions, memory } = this.#library;
    const { training } = this.#place;
    const bytes = this.#library.size((size, why) =>
      functions.igb_training_snapshot_bytes(training, size, why),
    );
    return memory.scratch(() => {
      const snapshot = memory.take(bytes);
      this.#library.call((why) => functions.igb_training_save(training, snapshot, bytes, why));
      return memory.uint8(snapshot, bytes).slice();
    });
  }

  restore(snapshot: Uint8Array): void {
    this.#assertAlive();
    const { functions, memory } = this.#library;
    const { training } = this.#place;
    this.#goOn();
    memory.scratch(() => {
      const address = memory.take(snapshot.length);
      memory.uint8(address, snapshot.length).set(snapshot);
      this.#library.call((why) =>
        functions.igb_training_restore(training, address, snapshot.length, why),
      );
    });
  }

  forward(inputs: Float32Array): Run {
    this.#assertAlive();
    this.#run = this.#place.forward(inputs);
    return this.#run;
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#run?.end('its training has ended');
    this.#place.giveBack(this.#run);
  }

  /** A network that is under way would be of the old parameters below and of the new ones above. */
  #goOn(): void {
    if (this.#run !== null && !this.#run.done) this.#run.end('its training has gone on since');
    this.#run = null;
  }

  #assertAlive(): void {
    if (this.#ended) throw new Error('this training has ended');
  }
}
