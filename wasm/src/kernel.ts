import { ProcessRun } from './gaussian-process.js';
import type { Library } from './library.js';
import type { GaussianProcess, Kernel, LayerReport, StepOptions } from './types.js';

/** A recursion in the module's memory, until the engine begins something else. */
export class KernelRun implements Kernel {
  readonly #library: Library;
  readonly #kernel: number;
  readonly #inputs: number;
  /** Where the memory behind the kernel begins, which a process takes. */
  readonly #rest: number;
  #process: ProcessRun | null = null;
  #layer = 0;
  #ended = false;

  constructor(library: Library, kernel: number, inputs: number) {
    this.#library = library;
    this.#kernel = kernel;
    this.#inputs = inputs;
    this.#rest = library.memory.mark();
  }

  get layer(): number {
    return this.#layer;
  }

  step(options?: { measure?: true }): LayerReport;
  step(options: StepOptions): LayerReport | null;
  step({ measure = true }: StepOptions = {}): LayerReport | null {
    this.#assertAlive();
    const { functions } = this.#library;
    const result = this.#library.layerReport(measure, (report, why) =>
      functions.igb_kernel_step(this.#kernel, report, why),
    );
    this.#layer += 1;
    return result;
  }

  variances(): Float64Array {
    const { functions } = this.#library;
    return this.#numbers(this.#inputs, (q, why) =>
      functions.igb_kernel_variances(this.#kernel, q, why),
    );
  }

  distances(): Float64Array {
    const { functions } = this.#library;
    return this.#numbers(this.#inputs ** 2, (distances, why) =>
      functions.igb_kernel_distances(this.#kernel, distances, why),
    );
  }

  gaussianProcess(): GaussianProcess {
    this.#assertAlive();
    const { functions, memory } = this.#library;
    this.#process?.end();
    this.#process = null;
    memory.release(this.#rest);
    try {
      const bytes = this.#library.size((size, why) =>
        functions.igb_gaussian_process_bytes(this.#inputs, size, why),
      );
      const place = memory.take(bytes);
      const process = this.#library.size((found, why) =>
        functions.igb_gaussian_process_begin(this.#kernel, place, bytes, found, why),
      );
      this.#process = new ProcessRun(this.#library, process, this.#inputs);
      return this.#process;
    } catch (error) {
      memory.release(this.#rest);
      throw error;
    }
  }

  end(): void {
    this.#process?.end();
    this.#ended = true;
  }

  #numbers(count: number, fill: (address: number, why: number) => number): Float64Array {
    this.#assertAlive();
    return this.#library.float64s(count, fill);
  }

  #assertAlive(): void {
    if (this.#ended) throw new Error('this kernel has ended: its engine has begun something else');
  }
}
