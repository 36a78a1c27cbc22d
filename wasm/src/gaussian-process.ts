import type { Library } from './library.js';
import type { Draw, GaussianProcess } from './types.js';

/** A process in the module's memory, until its kernel begins another or ends. */
export class ProcessRun implements GaussianProcess {
  readonly jitter: number;
  readonly #library: Library;
  readonly #process: number;
  readonly #inputs: number;
  #ended = false;

  constructor(library: Library, process: number, inputs: number) {
    const { functions } = library;
    this.#library = library;
    this.#process = process;
    this.#inputs = inputs;
    const step = () =>
      library.size((done, why) => functions.igb_gaussian_process_step(process, done, why));
    while (step() === 0);
    this.jitter = functions.igb_gaussian_process_jitter(process);
  }

  outputs(draw: Draw, unit: number): Float64Array {
    this.#assertAlive();
    const { functions, memory } = this.#library;
    const index = this.#library.uint32('unit', unit);
    return memory.scratch(() => {
      const address = this.#library.takeDraw(draw);
      return this.#library.float64s(this.#inputs, (values, why) =>
        functions.igb_gaussian_process_outputs(this.#process, address, index, values, why),
      );
    });
  }

  classes(draw: Draw, classes: number): Uint16Array {
    this.#assertAlive();
    const { functions, memory } = this.#library;
    const count = this.#library.uint32('classes', classes);
    return memory.scratch(() => {
      const address = this.#library.takeDraw(draw);
      return this.#library.classes(this.#inputs, (guesses, why) =>
        functions.igb_gaussian_process_classes(this.#process, address, count, guesses, why),
      );
    });
  }

  end(): void {
    this.#ended = true;
  }

  #assertAlive(): void {
    if (this.#ended) throw new Error('this process has ended: its kernel or engine has moved on');
  }
}
