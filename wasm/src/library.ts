import { IgbError, IgbSyntaxError } from './errors.js';
import { type Functions, statusNames, structs } from './layout.js';
import { Memory, type Struct, type Values } from './memory.js';
import type { Draw, LayerReport, Seed } from './types.js';

export type StatusName = (typeof statusNames)[number];

const messageBytes = 512;
const nameBytes = 64;
const uint32Max = 2 ** 32 - 1;
const uint64Max = 2n ** 64n - 1n;

const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The functions of an instance, its memory, and its statuses as exceptions. */
export class Library {
  readonly functions: Functions;
  readonly memory: Memory;
  readonly #why: number;
  readonly #message: number;
  readonly #name: number;

  constructor(instance: WebAssembly.Instance) {
    const exports = instance.exports as unknown as Functions & {
      memory: WebAssembly.Memory;
      __heap_base: WebAssembly.Global;
      _initialize?: () => void;
    };
    exports._initialize?.();
    this.functions = exports;
    this.memory = new Memory(exports.memory, exports.__heap_base.value);
    this.#why = this.memory.take(structs.igb_status.size);
    this.#message = this.memory.take(messageBytes);
    this.#name = this.memory.take(nameBytes);
  }

  /** Makes a call that returns a status code and throws what it refuses. */
  call(run: (why: number) => number): void {
    if (run(this.#why) !== 0) throw this.#error();
  }

  /** The names of an enumeration. */
  names(nameOf: (index: number) => number): string[] {
    const names: string[] = [];
    for (;;) {
      const name = this.memory.readString(nameOf(names.length));
      if (name === 'unknown') return names;
      names.push(name);
    }
  }

  /** The number of a name, of which those that are known are listed where it is not one. */
  indexOf(parameter: string, name: string, known: readonly string[]): number {
    const index = known.indexOf(name);
    if (index >= 0) return index;
    const note = `: "${name}"; known: ${known.join(', ')}`;
    return this.refuse('unknown_name', parameter, index, 0, 0, note);
  }

  /** The struct that `fill` has written. */
  struct<S extends Struct>(struct: S, fill: (address: number, why: number) => number): Values<S> {
    const { memory } = this;
    return memory.scratch(() => {
      const address = memory.take(struct.size);
      this.call((why) => fill(address, why));
      return memory.readStruct(struct, address);
    });
  }

  /** What `step` reports of the layer that it computes, if that is to be measured. */
  layerReport(measure: boolean, step: (report: number, why: number) => number): LayerReport | null {
    if (measure) return this.struct(structs.igb_layer_report, step);
    this.memory.scratch(() => this.call((why) => step(0, why)));
    return null;
  }

  /** The number that `fill` has written; as size_t, uint32_t or a pointer, or as double. */
  size(fill: (address: number, why: number) => number): number {
    return this.struct({ size: 4, fields: { value: ['u32', 0] } } as const, fill).value;
  }

  float64(fill: (address: number, why: number) => number): number {
    return this.struct({ size: 8, fields: { value: ['f64', 0] } } as const, fill).value;
  }

  /** A copy of `count` numbers that `fill` has written. */
  float64s(count: number, fill: (address: number, why: number) => number): Float64Array {
    const { memory } = this;
    return memory.scratch(() => {
      const address = memory.take(count * Float64Array.BYTES_PER_ELEMENT);
      this.call((why) => fill(address, why));
      return memory.float64(address, count).slice();
    });
  }

  /** A copy of the numbers of a layer, row after row; `find` writes their shape and returns where they
   * lie. */
  layer(find: (shape: number) => number): Float32Array {
    const { memory } = this;
    const struct = structs.igb_layer_shape;
    return memory.scratch(() => {
      const address = memory.take(struct.size);
      const values = find(address);
      const { inputs, positions, units, stride } = memory.readStruct(struct, address);
      const rows = inputs * positions;
      const result = new Float32Array(rows * units);
      for (let row = 0; row < rows; row += 1) {
        const start = values + row * stride * Float32Array.BYTES_PER_ELEMENT;
        result.set(memory.float32(start, units), row * units);
      }
      return result;
    });
  }

  /** A copy of the classes of `count` inputs that `fill` has written. */
  classes(count: number, fill: (address: number, why: number) => number): Uint16Array {
    const { memory } = this;
    return memory.scratch(() => {
      const address = memory.take(count * Uint16Array.BYTES_PER_ELEMENT);
      this.call((why) => fill(address, why));
      return memory.uint16(address, count).slice();
    });
  }

  /** Throws what the library would say of a parameter (named as in C), and a note. */
  refuse(
    status: StatusName,
    parameter: string,
    value = Number.NaN,
    low = Number.NaN,
    high = Number.NaN,
    note = '',
  ): never {
    this.memory.writeString(this.#name, parameter);
    this.memory.writeStruct(structs.igb_status, this.#why, {
      code: statusNames.indexOf(status),
      parameter: this.#name,
      value,
      low,
      high,
      detail: this.#name + this.memory.stringBytes(parameter) - 1, // the empty string at its end
    });
    throw this.#error(note);
  }

  /** The value as an unsigned integer of C, which JavaScript would otherwise cut to fit silently. */
  uint32(parameter: string, value: number): number {
    if (Number.isInteger(value) && value >= 0 && value <= uint32Max) return value;
    return this.refuse('out_of_range', parameter, value, 0, uint32Max, ' (an integer)');
  }

  seed(value: Seed): bigint {
    if (typeof value === 'bigint') {
      if (value >= 0n && value <= uint64Max) return value;
      return this.refuse('out_of_range', 'seed', Number(value), 0, Number(uint64Max));
    }
    if (Number.isSafeInteger(value) && value >= 0) return BigInt(value);
    const note = ' (an integer; beyond that range a bigint)';
    return this.refuse('out_of_range', 'seed', value, 0, Number.MAX_SAFE_INTEGER, note);
  }

  /** Address of an igb_draw. */
  takeDraw({ seed, network = 0 }: Draw): number {
    return this.memory.takeStruct(structs.igb_draw, {
      seed: this.seed(seed),
      network: this.uint32('network', network),
    });
  }

  /** A result that is NaN exactly when the argument is outside [low, high]. */
  number(result: number, parameter: string, argument: number, low: number, high: number): number {
    if (!Number.isNaN(result)) return result;
    return this.refuse('out_of_range', parameter, argument, low, high);
  }

  #error(note = ''): IgbError {
    this.functions.igb_message(this.#why, this.#message, messageBytes);
    const status = this.memory.readStruct(structs.igb_status, this.#why);
    const name = statusNames[status.code] ?? 'unknown';
    const Kind = name === 'syntax' ? IgbSyntaxError : IgbError;
    return new Kind(
      this.memory.readString(this.#message) + note,
      status.code,
      name,
      camel(this.memory.readString(status.parameter)),
      status.value,
      status.low,
      status.high,
      this.memory.readString(status.detail),
    );
  }
}
