import { IgbMemoryError } from './errors.js';

const alignment = 64;
export const alignUp = (address: number) => Math.ceil(address / alignment) * alignment;

type Kind = 'i32' | 'u32' | 'u64' | 'f64' | 'pointer';

/** A C struct: its size, and kind and offset of each field. */
export interface Struct {
  readonly size: number;
  readonly fields: Readonly<Record<string, readonly [Kind, number]>>;
}

/** The values of a struct's fields. */
export type Values<S extends Struct> = {
  -readonly [F in keyof S['fields']]: S['fields'][F][0] extends 'u64' ? bigint : number;
};

/**
 * The module's memory beyond its own data: a stack of blocks, each starting at a multiple of 64
 * bytes. Views are made afresh for each access and never kept.
 */
export class Memory {
  readonly #memory: WebAssembly.Memory;
  #top: number;
  /** Where blocks have to end. */
  #limit: number;

  constructor(memory: WebAssembly.Memory, heapBase: number) {
    this.#memory = memory;
    this.#top = alignUp(heapBase);
    this.#limit = memory.buffer.byteLength;
  }

  get available(): number {
    return this.#limit - this.#top;
  }

  /** Address of a new block; all blocks taken after `mark` go with `release(mark)`. */
  take(bytes: number): number {
    const needed = alignUp(bytes);
    if (needed > this.available) throw new IgbMemoryError(needed, this.available);
    const address = this.#top;
    this.#top += needed;
    return address;
  }

  mark(): number {
    return this.#top;
  }

  release(mark: number): void {
    this.#top = alignUp(mark);
  }

  /** Runs `work`, then gives back what it has taken. */
  scratch<T>(work: () => T): T {
    const mark = this.mark();
    try {
      return work();
    } finally {
      this.release(mark);
    }
  }

  /** Runs `work`, which takes its blocks from [start, end) instead, for good. */
  within<T>(start: number, end: number, work: () => T): T {
    const [top, limit] = [this.#top, this.#limit];
    [this.#top, this.#limit] = [start, end];
    try {
      return work();
    } finally {
      [this.#top, this.#limit] = [top, limit];
    }
  }

  takeStruct<S extends Struct>(struct: S, values: Values<S>): number {
    const address = this.take(struct.size);
    this.writeStruct(struct, address, values);
    return address;
  }

  /** Address of a copy of the values. */
  takeFloat64(values: ArrayLike<number>): number {
    const address = this.take(values.length * Float64Array.BYTES_PER_ELEMENT);
    this.float64(address, values.length).set(values);
    return address;
  }

  writeStruct<S extends Struct>(struct: S, address: number, values: Values<S>): void {
    const view = new DataView(this.#memory.buffer, address, struct.size);
    for (const [field, [kind, offset]] of Object.entries(struct.fields)) {
      const value = (values as Record<string, number | bigint>)[field];
      if (kind === 'u64') view.setBigUint64(offset, value as bigint, true);
      else if (kind === 'f64') view.setFloat64(offset, value as number, true);
      else view.setUint32(offset, value as number, true);
    }
  }

  readStruct<S extends Struct>(struct: S, address: number): Values<S> {
    const view = new DataView(this.#memory.buffer, address, struct.size);
    const values: Record<string, number | bigint> = {};
    for (const [field, [kind, offset]] of Object.entries(struct.fields)) {
      if (kind === 'u64') values[field] = view.getBigUint64(offset, true);
      else if (kind === 'f64') values[field] = view.getFloat64(offset, true);
      else if (kind === 'i32') values[field] = view.getInt32(offset, true);
      else values[field] = view.getUint32(offset, true);
    }
    return values as Values<S>;
  }

  readUint32(address: number): number {
    return new DataView(this.#memory.buffer).getUint32(address, true);
  }

  /** The zero-terminated string at an address; "" at 0. */
  readString(address: number): string {
    if (address === 0) return '';
    const bytes = new Uint8Array(this.#memory.buffer);
    return new TextDecoder().decode(bytes.slice(address, bytes.indexOf(0, address)));
  }

  /** Bytes of a text, its terminating zero included. */
  stringBytes(text: string): number {
    return new TextEncoder().encode(text).length + 1;
  }

  writeString(address: number, text: string): void {
    new Uint8Array(this.#memory.buffer).set(new TextEncoder().encode(`${text}\0`), address);
  }

  /** Views for immediate use: any later call may make them stale. */
  float32(address: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, length);
  }

  float64(address: number, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, address, length);
  }

  uint32(address: number, length: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, address, length);
  }

  uint16(address: number, length: number): Uint16Array {
    return new Uint16Array(this.#memory.buffer, address, length);
  }

  uint8(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, address, length);
  }
}
