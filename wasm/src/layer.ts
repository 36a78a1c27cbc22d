import { structs } from './layout.js';
import type { Library } from './library.js';
import type { Activation, Block, Initialisation } from './types.js';

const residualDepthMissing = 0; // which the library refuses where the kind needs it

/** Any block, as the library sees it. */
interface BlockFields {
  kind: string;
  pool?: number;
  poolWidth?: string;
  keep?: number;
  residualDepth?: number;
  sigmaV2?: number;
  sigmaA2?: number;
  taps?: number;
  dimensions?: number;
  side?: number;
}

/** Writes what stands between two layers, activations and blocks, into the module's memory. */
export class Layers {
  readonly activations: readonly string[];
  readonly blocks: readonly string[];
  readonly poolWidths: readonly string[];
  readonly weightLaws: readonly string[];
  readonly #library: Library;

  constructor(library: Library) {
    const { functions, memory } = library;
    this.#library = library;
    this.activations = Array.from({ length: functions.igb_activation_count() }, (_, index) =>
      memory.readString(functions.igb_activation_name(functions.igb_activation_at(index))),
    );
    this.blocks = Array.from({ length: functions.igb_block_count() }, (_, kind) =>
      memory.readString(functions.igb_block_name(kind)),
    );
    this.poolWidths = library.names(functions.igb_pool_width_name);
    this.weightLaws = library.names(functions.igb_weight_law_name);
  }

  /** Address of an activation; those of the user take memory. */
  takeActivation(activation: Activation): number {
    if (typeof activation !== 'object') return this.#builtIn(activation);
    if ('expression' in activation) return this.#takeExpression(activation.expression);
    if ('table' in activation) return this.#takeTable(activation.table);
    const { name, slope } = activation;
    if (slope === undefined) return this.#builtIn(name);
    if (name !== 'leaky_relu') {
      this.#library.refuse('unknown_name', 'slope', slope, 0, 0, ': only leaky_relu has one');
    }
    const { functions } = this.#library;
    return this.#takeUser((memory, bytes, found, why) =>
      functions.igb_leaky_relu(slope, memory, bytes, found, why),
    );
  }

  /** Address of an igb_initialisation; `activation` where it has an address already. */
  takeInitialisation(
    init: Initialisation,
    activation = this.takeActivation(init.activation),
  ): number {
    return this.#library.memory.takeStruct(structs.igb_initialisation, {
      activation,
      sigmaW2: init.sigmaW2,
      sigmaB2: init.sigmaB2,
      ...this.#blockFields(init.block ?? { kind: 'plain' }),
      weights: this.#library.indexOf('weights', init.weights ?? 'gaussian', this.weightLaws),
    });
  }

  /** Address of an igb_block. */
  takeBlock(block: Block): number {
    return this.#library.memory.takeStruct(structs.igb_block, this.#blockFields(block));
  }

  #blockFields(block: Block) {
    const fields: BlockFields = block;
    const { pool = 2, poolWidth = 'reduced', keep = Number.NaN } = fields;
    const { residualDepth = residualDepthMissing, sigmaV2 = 1, sigmaA2 = 0 } = fields;
    const { taps = 3, dimensions = 1, side = 8 } = fields;
    return {
      kind: this.#library.indexOf('block', fields.kind, this.blocks),
      pool: this.#library.uint32('pool', pool),
      poolWidth: this.#library.indexOf('pool_width', poolWidth, this.poolWidths),
      keep,
      residualDepth: this.#library.uint32('residual_depth', residualDepth),
      sigmaV2,
      sigmaA2,
      taps: this.#library.uint32('taps', taps),
      dimensions: this.#library.uint32('dimensions', dimensions),
      side: this.#library.uint32('side', side),
    };
  }

  #builtIn(name: string): number {
    const index = this.#library.indexOf('activation', name, this.activations);
    return this.#library.functions.igb_activation_at(index);
  }

  #takeExpression(text: string): number {
    const { functions, memory } = this.#library;
    return this.#takeUser((object, bytes, found, why) => {
      const size = memory.stringBytes(text);
      const address = memory.take(size);
      memory.writeString(address, text);
      return functions.igb_expression(address, size - 1, object, bytes, found, why);
    });
  }

  #takeTable({ x, y }: { x: ArrayLike<number>; y: ArrayLike<number> }): number {
    const { functions, memory } = this.#library;
    if (x.length !== y.length) {
      throw new RangeError(`table: x.length = ${x.length} is not y.length = ${y.length}`);
    }
    return this.#takeUser((object, bytes, found, why) => {
      const points = [x, y].map((values) => memory.takeFloat64(values));
      const [xs = 0, ys = 0] = points;
      return functions.igb_table(xs, ys, x.length, object, bytes, found, why);
    });
  }

  /** Memory for an activation that `make` makes in it. */
  #takeUser(make: (memory: number, bytes: number, found: number, why: number) => number): number {
    const { functions, memory } = this.#library;
    const bytes = functions.igb_user_activation_bytes();
    const object = memory.take(bytes);
    return memory.scratch(() => {
      const found = memory.take(Uint32Array.BYTES_PER_ELEMENT);
      this.#library.call((why) => make(object, bytes, found, why));
      return memory.readUint32(found);
    });
  }
}
