import { BackpropagationRun, takeLabels } from './backpropagation.js';
import { IgbError, IgbMemoryError } from './errors.js';
import { Run, type Start } from './forward.js';
import { backward, gradientReport } from './gradients.js';
import { GramRun } from './gram.js';
import { KernelRun } from './kernel.js';
import { Layers } from './layer.js';
import { type Functions, structs } from './layout.js';
import type { Library } from './library.js';
import { manyClassLaw } from './many-class-law.js';
import type { Values } from './memory.js';
import { countOf, MapRun } from './phase-map.js';
import { populationTrajectory } from './population.js';
import * as statistics from './statistics.js';
import type {
  Activation,
  ActivationFacts,
  Architecture,
  Backpropagation,
  Block,
  DepthOptions,
  DepthRequest,
  DeviatesOptions,
  Draw,
  Engine,
  Estimate,
  FixedPoint,
  Forward,
  FourierMode,
  GradientOptions,
  GradientReport,
  GramNetwork,
  GuessingLaw,
  Initialisation,
  Jet,
  Kernel,
  Layer,
  LayerGradient,
  LinePoint,
  LineRequest,
  ManyClassLaw,
  MeanEstimate,
  Outlook,
  PhaseMap,
  PopulationLayer,
  PopulationOptions,
  QuantileEstimate,
  Recommendation,
  Seed,
  Signal,
  Stream,
  TrajectoryOptions,
} from './types.js';

const streams: readonly Stream[] = ['weights', 'biases', 'inputs'];

const linePointsMax = 64;

/** What an engine holds, until it begins something else. */
interface Held {
  end(): void;
}

/** What there is to run on a network and inputs. */
interface NetworkRun<T> {
  bytes: Functions['igb_forward_bytes'];
  begin: (start: Start) => T;
}

const linePoint = ({ sigmaW2, q, reached }: Values<typeof structs.igb_line_point>): LinePoint => ({
  sigmaW2,
  q,
  reached: reached !== 0,
});

/** The engine over one instance of the module. */
export class WasmEngine implements Engine {
  readonly version: string;
  readonly activations: readonly string[];
  readonly blocks: readonly string[];
  readonly poolWidths: readonly string[];
  readonly weightLaws: readonly string[];
  readonly phases: readonly string[];
  readonly capacity: number;
  readonly #library: Library;
  readonly #layers: Layers;
  /** Where blocks begin when the engine holds nothing. */
  readonly #base: number;
  /** The network, map or kernel whose memory lies there. */
  #held: Held | null = null;

  constructor(library: Library) {
    const { functions, memory } = library;
    this.#library = library;
    this.#base = memory.mark();
    this.capacity = memory.available;
    this.version = memory.readString(functions.igb_version());
    this.#layers = new Layers(library);
    this.activations = this.#layers.activations;
    this.blocks = this.#layers.blocks;
    this.poolWidths = this.#layers.poolWidths;
    this.weightLaws = this.#layers.weightLaws;
    this.phases = library.names(functions.igb_phase_name);
  }

  describeActivation(activation: Activation): ActivationFacts {
    const { functions, memory } = this.#library;
    const struct = structs.igb_activation_facts;
    return memory.scratch(() => {
      const address = this.#layers.takeActivation(activation);
      const facts = memory.take(struct.size);
      this.#library.call((why) => functions.igb_describe_activation(address, facts, why));
      const { odd, bounded, homogeneous, kinks: count } = memory.readStruct(struct, facts);
      const kinks = memory.take(count * Float64Array.BYTES_PER_ELEMENT);
      this.#library.call((why) => functions.igb_activation_kinks(address, kinks, why));
      return {
        name: memory.readString(functions.igb_activation_name(address)),
        odd: odd !== 0,
        bounded: bounded !== 0,
        homogeneous: homogeneous !== 0,
        kinks: Array.from(memory.float64(kinks, count)),
      };
    });
  }

  evaluate(activation: Activation, x: ArrayLike<number>): Jet[] {
    const { functions, memory } = this.#library;
    return memory.scratch(() => {
      const address = this.#layers.takeActivation(activation);
      const jet = memory.take(structs.igb_jet.size);
      return Array.from(x, (at) => {
        this.#library.call((why) => functions.igb_evaluate(address, at, jet, why));
        return memory.readStruct(structs.igb_jet, jet);
      });
    });
  }

  fixedPoint(init: Initialisation): FixedPoint {
    const { functions, memory } = this.#library;
    const struct = structs.igb_fixed_point_report;
    return memory.scratch(() => {
      const address = this.#layers.takeInitialisation(init);
      const report = memory.take(struct.size);
      this.#library.call((why) => functions.igb_fixed_point(address, report, why));
      const fixedPoint = memory.readStruct(struct, report);
      return {
        ...fixedPoint,
        phase: this.phases[fixedPoint.phase] ?? 'unknown',
        qFixedPoints: countOf(fixedPoint.qFixedPoints),
      };
    });
  }

  trajectory(init: Initialisation, { q0 = 1, c0 = 0, count }: TrajectoryOptions): Signal[] {
    const { functions, memory } = this.#library;
    const struct = structs.igb_signal;
    const length = this.#library.uint32('count', count);
    return memory.scratch(() => {
      const address = this.#layers.takeInitialisation(init);
      const signals = memory.take(length * struct.size);
      this.#library.call((why) => functions.igb_trajectory(address, q0, c0, length, signals, why));
      return Array.from({ length }, (_, index) =>
        memory.readStruct(struct, signals + index * struct.size),
      );
    });
  }

  edgeOfChaos(line: LineRequest): LinePoint | null {
    const { functions } = this.#library;
    return this.#linePoint(line, (init, point, why) =>
      functions.igb_edge_of_chaos(init, point, why),
    );
  }

  isoGamma(line: LineRequest & { gamma: number }): LinePoint | null {
    const { functions } = this.#library;
    return this.#linePoint(line, (init, point, why) =>
      functions.igb_iso_gamma(init, line.gamma, point, why),
    );
  }

  varianceLine(line: LineRequest): LinePoint | null {
    const { functions } = this.#library;
    return this.#linePoint(line, (init, point, why) =>
      functions.igb_variance_line(init, point, why),
    );
  }

  edgeOfChaosPoints(line: LineRequest): LinePoint[] {
    const { functions } = this.#library;
    return this.#linePoints(line, (init, room, points, count, why) =>
      functions.igb_edge_of_chaos_points(init, room, points, count, why),
    );
  }

  isoGammaPoints(line: LineRequest & { gamma: number }): LinePoint[] {
    const { functions } = this.#library;
    return this.#linePoints(line, (init, room, points, count, why) =>
      functions.igb_iso_gamma_points(init, line.gamma, room, points, count, why),
    );
  }

  fourierMode(init: Initialisation, angles: ArrayLike<number>): FourierMode {
    const { functions, memory } = this.#library;
    return memory.scratch(() => {
      const address = this.#layers.takeInitialisation(init);
      const list = memory.takeFloat64(angles);
      return this.#library.struct(structs.igb_fourier_report, (report, why) =>
        functions.igb_fourier_mode(address, list, angles.length, report, why),
      );
    });
  }

  phaseMap(layer: Layer): PhaseMap {
    const { functions, memory } = this.#library;
    return this.#hold(() => {
      const init = this.#layers.takeInitialisation({ ...layer, sigmaW2: 1, sigmaB2: 0 });
      const bytes = this.#library.size((size, why) => functions.igb_phase_map_bytes(size, why));
      const place = memory.take(bytes);
      const map = this.#library.size((found, why) =>
        functions.igb_phase_map_begin(init, place, bytes, found, why),
      );
      return new MapRun(this.#library, map);
    });
  }

  kernel(
    init: Initialisation,
    data: { inputs: Float32Array; width: number } | { covariances: ArrayLike<number> },
  ): Kernel {
    const { functions, memory } = this.#library;
    const count = 'inputs' in data ? this.#rows(data) : Math.sqrt(data.covariances.length);
    if (!Number.isInteger(count)) {
      throw new RangeError(`covariances.length = ${count ** 2} is not a square`);
    }
    return this.#hold(() => {
      const address = this.#layers.takeInitialisation(init);
      const bytes = this.#library.size((size, why) =>
        functions.igb_kernel_bytes(address, count, size, why),
      );
      const place = memory.take(bytes);
      const kernel = memory.scratch(() => {
        if ('inputs' in data) {
          const inputs = memory.take(data.inputs.byteLength);
          memory.float32(inputs, data.inputs.length).set(data.inputs);
          return this.#library.size((found, why) =>
            functions.igb_kernel_begin(
              address,
              inputs,
              count,
              data.width,
              place,
              bytes,
              found,
              why,
            ),
          );
        }
        const covariances = memory.takeFloat64(data.covariances);
        return this.#library.size((found, why) =>
          functions.igb_kernel_begin_covariances(
            address,
            covariances,
            count,
            place,
            bytes,
            found,
            why,
          ),
        );
      });
      return new KernelRun(this.#library, kernel, count);
    });
  }

  populationTrajectory(init: Initialisation, options: PopulationOptions): PopulationLayer[] {
    return this.#library.memory.scratch(() =>
      populationTrajectory(this.#library, this.#layers.takeInitialisation(init), options),
    );
  }

  backward(init: Initialisation, options: DepthOptions): LayerGradient[] {
    return this.#library.memory.scratch(() =>
      backward(this.#library, this.#layers.takeInitialisation(init), options),
    );
  }

  gradients(init: Initialisation, options: GradientOptions): GradientReport[] {
    return this.#library.memory.scratch(() =>
      gradientReport(this.#library, this.#layers.takeInitialisation(init), options),
    );
  }

  outlook(init: Initialisation & { depth: number; classes?: number }): Outlook {
    const { functions, memory } = this.#library;
    const { depth, classes } = this.#shape(init);
    return memory.scratch(() => {
      const address = this.#layers.takeInitialisation(init);
      return this.#library.struct(structs.igb_outlook, (outlook, why) =>
        functions.igb_predict(address, depth, classes, outlook, why),
      );
    });
  }

  recommend(request: DepthRequest): Recommendation | null {
    const { functions, memory } = this.#library;
    const struct = structs.igb_recommendation;
    const { depth, classes } = this.#shape(request);
    return memory.scratch(() => {
      const init = this.#layers.takeInitialisation({ ...request, sigmaW2: 1 });
      const address = memory.take(struct.size);
      const found = this.#orNull(() => {
        this.#library.call((why) => functions.igb_recommend(init, depth, classes, address, why));
        return memory.readStruct(struct, address);
      });
      if (found === null) return null;
      const outlook = (prefix: 'best' | 'edge'): Outlook => ({
        sigmaW2: found[`${prefix}SigmaW2`],
        lnGradient: found[`${prefix}LnGradient`],
        q: found[`${prefix}Q`],
        gamma: found[`${prefix}Gamma`],
        meanMaxFrequency: found[`${prefix}MeanMaxFrequency`],
      });
      const text = memory.take(functions.igb_reason(address, depth, classes, 0, 0) + 1);
      functions.igb_reason(address, depth, classes, text, memory.mark() - text);
      return {
        best: outlook('best'),
        sigmaW2Low: found.sigmaW2Low,
        sigmaW2High: found.sigmaW2High,
        edge: found.hasEdge !== 0 ? outlook('edge') : null,
        reason: memory.readString(text),
      };
    });
  }

  recommendGamma(request: DepthRequest & { gamma: number }): Outlook | null {
    const { functions, memory } = this.#library;
    const { depth, classes } = this.#shape(request);
    return memory.scratch(() => {
      const init = this.#layers.takeInitialisation({ ...request, sigmaW2: 1 });
      return this.#orNull(() =>
        this.#library.struct(structs.igb_outlook, (outlook, why) =>
          functions.igb_recommend_gamma(init, depth, classes, request.gamma, outlook, why),
        ),
      );
    });
  }

  gammaOfFrequency(classes: number, meanMaxFrequency: number): number {
    const { functions } = this.#library;
    const count = this.#library.uint32('classes', classes);
    return this.#library.float64((gamma, why) =>
      functions.igb_gamma_of_frequency(count, meanMaxFrequency, gamma, why),
    );
  }

  manyClassLaw(classes: number, gamma: number): ManyClassLaw {
    return manyClassLaw(this.#library, classes, gamma);
  }

  nullMeanMaxFrequency(classes: number, inputs: number): number {
    const { functions } = this.#library;
    const count = this.#library.uint32('classes', classes);
    const size = this.#library.uint32('inputs', inputs);
    return this.#library.float64((frequency, why) =>
      functions.igb_null_mean_max_frequency(count, size, frequency, why),
    );
  }

  frequencyVariance(
    classes: number,
    pairs: { correlations: ArrayLike<number> } | { distances: ArrayLike<number> },
  ): number {
    const { functions, memory } = this.#library;
    const areDistances = 'distances' in pairs;
    const values = areDistances ? pairs.distances : pairs.correlations;
    const inputs = Math.sqrt(values.length);
    if (!Number.isInteger(inputs)) {
      throw new RangeError(`pairs.length = ${values.length} is not a square`);
    }
    const count = this.#library.uint32('classes', classes);
    return memory.scratch(() => {
      const list = memory.takeFloat64(values);
      return this.#library.float64((variance, why) =>
        functions.igb_frequency_variance(count, list, inputs, Number(areDistances), variance, why),
      );
    });
  }

  law(gamma: number): GuessingLaw {
    const { functions } = this.#library;
    const checked = (result: number, parameter: string, argument: number, high: number) =>
      this.#library.number(result, parameter, argument, 0, high);
    const meanMaxFrequency = functions.igb_two_class_mean_max_frequency(gamma);
    return {
      gamma,
      meanMaxFrequency: checked(meanMaxFrequency, 'gamma', gamma, Number.POSITIVE_INFINITY),
      variance: functions.igb_two_class_variance(gamma),
      pdf: (g) => checked(functions.igb_two_class_pdf(gamma, g), 'g', g, 1),
      cdf: (g) => checked(functions.igb_two_class_cdf(gamma, g), 'g', g, 1),
      quantile: (p) => checked(functions.igb_two_class_quantile(gamma, p), 'p', p, 1),
      maxQuantile: (p) => checked(functions.igb_two_class_max_quantile(gamma, p), 'p', p, 1),
    };
  }

  finiteTwoClassLaw(gamma: number, inputs: number): Float64Array {
    const { functions, memory } = this.#library;
    const length = this.#library.uint32('inputs', inputs) + 1;
    return memory.scratch(() => {
      const pmf = memory.take(length * Float64Array.BYTES_PER_ELEMENT);
      this.#library.call((why) => functions.igb_finite_two_class_law(gamma, inputs, pmf, why));
      return memory.float64(pmf, length).slice();
    });
  }

  normals(options: DeviatesOptions): Float32Array {
    return this.#deviates(options, this.#library.functions.igb_normals);
  }

  uniforms(options: DeviatesOptions): Float32Array {
    return this.#deviates(options, this.#library.functions.igb_uniforms);
  }

  positions(block: Block): number {
    const { functions, memory } = this.#library;
    return memory.scratch(() => {
      const address = this.#layers.takeBlock(block);
      return this.#library.size((found, why) => functions.igb_positions(address, found, why));
    });
  }

  #deviates(options: DeviatesOptions, deviates: Functions['igb_normals']): Float32Array {
    const stream = streams.indexOf(options.stream);
    if (stream < 0) this.#library.refuse('unknown_name', 'stream');
    const layer = this.#library.uint32('layer', options.layer);
    const row = this.#library.uint32('row', options.row);
    const column = this.#library.uint32('first_column', options.firstColumn ?? 0);
    const count = this.#library.uint32('count', options.count);
    const length = options.out?.length ?? count;
    if (length !== count) throw new RangeError(`out.length = ${length} is not count = ${count}`);
    return this.#floats(
      count,
      (address) => {
        const draw = this.#library.takeDraw(options);
        this.#library.call((why) =>
          deviates(draw, stream, layer, row, column, count, address, why),
        );
      },
      options.out,
    );
  }

  gaussianInputs(seed: Seed, count: number, width: number): Float32Array {
    const { functions } = this.#library;
    const seed64 = this.#library.seed(seed);
    const values = this.#library.uint32('count', count) * this.#library.uint32('width', width);
    return this.#floats(values, (inputs) =>
      this.#library.call((why) => functions.igb_gaussian_inputs(seed64, count, width, inputs, why)),
    );
  }

  planeInputs(seed: Seed, width: number, resolution: number, extent: number): Float32Array {
    const { functions } = this.#library;
    const seed64 = this.#library.seed(seed);
    const pixels = this.#library.uint32('resolution', resolution) ** 2;
    return this.#floats(pixels * this.#library.uint32('width', width), (inputs) =>
      this.#library.call((why) =>
        functions.igb_plane_inputs(seed64, width, resolution, extent, inputs, why),
      ),
    );
  }

  forward(architecture: Architecture, draw: Draw, inputs: Float32Array): Forward {
    return this.#runNetwork(architecture, draw, inputs, {
      bytes: this.#library.functions.igb_forward_bytes,
      begin: (start) => new Run(this.#library, start),
    });
  }

  backpropagation(
    architecture: Architecture,
    draw: Draw,
    inputs: Float32Array,
    labels: ArrayLike<number | null>,
  ): Backpropagation {
    return this.#runNetwork(architecture, draw, inputs, {
      bytes: this.#library.functions.igb_backpropagation_bytes,
      begin: (start) => {
        const classes = takeLabels(this.#library, labels, start.count);
        return new BackpropagationRun(this.#library, start, classes);
      },
    });
  }

  gramNetwork(architecture: Architecture, draw: Draw, inputs: Float32Array): GramNetwork {
    return this.#runNetwork(architecture, draw, inputs, {
      bytes: this.#library.functions.igb_gram_bytes,
      begin: (start) => new GramRun(this.#library, start),
    });
  }

  forwardBytes(architecture: Architecture, inputs: number): number {
    return this.#networkBytes(architecture, inputs, this.#library.functions.igb_forward_bytes);
  }

  backpropagationBytes(architecture: Architecture, inputs: number): number {
    const { functions } = this.#library;
    return this.#networkBytes(architecture, inputs, functions.igb_backpropagation_bytes);
  }

  gramBytes(architecture: Architecture, inputs: number): number {
    return this.#networkBytes(architecture, inputs, this.#library.functions.igb_gram_bytes);
  }

  ksDistance(networks: ArrayLike<number>, pmf: ArrayLike<number>): number {
    const { functions, memory } = this.#library;
    const inputs = this.#library.uint32('inputs', pmf.length - 1);
    if (networks.length !== pmf.length) {
      throw new RangeError(
        `networks.length = ${networks.length} is not pmf.length = ${pmf.length}`,
      );
    }
    return memory.scratch(() => {
      const law = memory.take(pmf.length * Float64Array.BYTES_PER_ELEMENT);
      const counts = memory.take(pmf.length * Uint32Array.BYTES_PER_ELEMENT);
      memory.float64(law, pmf.length).set(pmf);
      memory.uint32(counts, pmf.length).set(networks);
      const distance = functions.igb_ks_distance(counts, law, inputs);
      return this.#library.number(distance, 'networks', 0, 1, 0xffff_ffff);
    });
  }

  ksPValue(distance: number, networks: number): number {
    const count = this.#library.uint32('networks', networks);
    const chance = this.#library.functions.igb_ks_p_value(distance, count);
    return this.#library.number(chance, 'distance', distance, 0, 1);
  }

  compareSamples(a: ArrayLike<number>, b: ArrayLike<number>) {
    return statistics.compareSamples(this.#library, a, b);
  }

  mean(values: ArrayLike<number>, confidence = 0.95): MeanEstimate {
    return statistics.mean(this.#library, values, confidence);
  }

  ratio(x: ArrayLike<number>, y: ArrayLike<number>): Estimate {
    return statistics.ratio(this.#library, x, y);
  }

  quantile(values: ArrayLike<number>, p: number, confidence = 0.95): QuantileEstimate {
    return statistics.quantile(this.#library, values, p, confidence);
  }

  /** Ends what is held, if anything, and gives back its memory. */
  #end(): void {
    this.#held?.end();
    this.#held = null;
    this.#library.memory.release(this.#base);
  }

  /** Holds what `begin` begins, instead of what was held before. */
  #hold<T extends Held>(begin: () => T): T {
    this.#end();
    try {
      const held = begin();
      this.#held = held;
      return held;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  #networkBytes(
    architecture: Architecture,
    inputs: number,
    bytes: NetworkRun<Held>['bytes'],
  ): number {
    const count = this.#library.uint32('inputs', inputs);
    return this.#library.memory.scratch(() => {
      const address = this.#takeArchitecture(architecture);
      return this.#library.size((size, why) => bytes(address, count, size, why));
    });
  }

  /** Holds a network: from below the activation, if it is the user's, what `begin` is told of, and what
   * it takes itself. */
  #runNetwork<T extends Held>(
    architecture: Architecture,
    draw: Draw,
    inputs: Float32Array,
    run: NetworkRun<T>,
  ): T {
    const { memory } = this.#library;
    const { depth, block = { kind: 'plain' } } = architecture;
    const inputWidth = this.#library.uint32('inputWidth', architecture.inputWidth);
    const positions = this.positions(block);
    const width = inputWidth * positions;
    const count = Math.floor(inputs.length / Math.max(width, 1));
    const bytes = this.#networkBytes(architecture, count, run.bytes);
    this.#rows({ inputs, width }, positions > 1 ? `input_width * ${positions}` : 'input_width');

    return this.#hold(() => {
      const activation = this.#layers.takeActivation(architecture.activation);
      const kept = memory.mark() - this.#base;
      const needed = kept + bytes + inputs.byteLength;
      if (needed > this.capacity) throw new IgbMemoryError(needed, this.capacity);
      const place = { memory: memory.take(bytes), bytes, inputs: memory.take(inputs.byteLength) };
      memory.float32(place.inputs, inputs.length).set(inputs);
      const addresses = {
        architecture: this.#takeArchitecture(architecture, activation),
        draw: this.#library.takeDraw(draw),
      };
      return run.begin({ ...place, ...addresses, depth, count });
    });
  }

  /** The number of inputs; `width` is checked by the library. */
  #rows({ inputs, width }: { inputs: Float32Array; width: number }, what = 'input_width'): number {
    const count = Math.floor(inputs.length / Math.max(this.#library.uint32('width', width), 1));
    if (count * width !== inputs.length && width > 0) {
      const note = `; its number of values must be a multiple of ${what}`;
      const low = count * width;
      this.#library.refuse('out_of_range', 'inputs', inputs.length, low, low + width, note);
    }
    return count;
  }

  #shape({ depth, classes = 2 }: { depth: number; classes?: number }) {
    return {
      depth: this.#library.uint32('depth', depth),
      classes: this.#library.uint32('classes', classes),
    };
  }

  /** Null where there is no solution. */
  #orNull<T>(solve: () => T): T | null {
    try {
      return solve();
    } catch (error) {
      if (error instanceof IgbError && error.status === 'no_solution') return null;
      throw error;
    }
  }

  #takeArchitecture(architecture: Architecture, activation?: number): number {
    const library = this.#library;
    const { memory } = library;
    const init = this.#layers.takeInitialisation(architecture, activation);
    return memory.takeStruct(structs.igb_architecture, {
      ...memory.readStruct(structs.igb_initialisation, init),
      inputWidth: library.uint32('input_width', architecture.inputWidth),
      width: library.uint32('width', architecture.width),
      depth: library.uint32('depth', architecture.depth),
      classes: library.uint32('classes', architecture.classes),
    });
  }

  /** `out`, by default a new array, with `count` floats that `fill` has written. */
  #floats(count: number, fill: (address: number) => void, out?: Float32Array): Float32Array {
    const { memory } = this.#library;
    return memory.scratch(() => {
      const address = memory.take(count * Float32Array.BYTES_PER_ELEMENT);
      fill(address);
      const values = memory.float32(address, count);
      if (!out) return values.slice();
      out.set(values);
      return out;
    });
  }

  /** The point that a solver finds, null where the line does not exist. */
  #linePoint(
    line: LineRequest,
    solve: (init: number, point: number, why: number) => number,
  ): LinePoint | null {
    const { memory } = this.#library;
    return memory.scratch(() => {
      const init = this.#layers.takeInitialisation({ ...line, sigmaW2: 1 });
      return this.#orNull(() =>
        linePoint(
          this.#library.struct(structs.igb_line_point, (point, why) => solve(init, point, why)),
        ),
      );
    });
  }

  #linePoints(
    line: LineRequest,
    solve: (init: number, room: number, points: number, count: number, why: number) => number,
  ): LinePoint[] {
    const { memory } = this.#library;
    const struct = structs.igb_line_point;
    return memory.scratch(() => {
      const init = this.#layers.takeInitialisation({ ...line, sigmaW2: 1 });
      const points = memory.take(linePointsMax * struct.size);
      const count = this.#library.size((found, why) =>
        solve(init, linePointsMax, points, found, why),
      );
      return Array.from({ length: Math.min(count, linePointsMax) }, (_, index) =>
        linePoint(memory.readStruct(struct, points + index * struct.size)),
      );
    });
  }
}
