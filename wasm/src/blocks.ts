import { IgbMemoryError } from './errors.js';

interface Block {
  address: number;
  end: number;
}

/** Blocks at the lower end of a memory that are given back in any order. */
export class Blocks {
  /** Ascending. */
  readonly #blocks: Block[] = [];
  readonly #start: number;
  readonly #limit: number;

  constructor(start: number, limit: number) {
    this.#start = start;
    this.#limit = limit;
  }

  /** Of the last block. */
  get end(): number {
    return this.#blocks.at(-1)?.end ?? this.#start;
  }

  /** Address of a new block, in the lowest gap that holds it. `bytes` is a multiple of 64. */
  take(bytes: number): number {
    const last = { address: this.#limit, end: this.#limit };
    let address = this.#start;
    let largest = 0;
    for (const [index, next] of [...this.#blocks, last].entries()) {
      const gap = next.address - address;
      if (gap >= bytes) {
        this.#blocks.splice(index, 0, { address, end: address + bytes });
        return address;
      }
      largest = Math.max(largest, gap);
      address = next.end;
    }
    throw new IgbMemoryError(bytes, largest);
  }

  giveBack(address: number): void {
    const index = this.#blocks.findIndex((block) => block.address === address);
    if (index >= 0) this.#blocks.splice(index, 1);
  }
}
