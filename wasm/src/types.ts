/** An activation function phi: the name of a built-in one (`Engine.activations`), of leaky ReLU with
 * its slope for x < 0 (-1000 .. 1000), a small expression in x, or points to go through. */
export type Activation =
  | string
  | { name: string; slope?: number }
  | { expression: string }
  | { table: { x: ArrayLike<number>; y: ArrayLike<number> } };

/** What stands between two layers besides the activation; h is a pre-activation, W and b weights and
 * biases. Widths, probabilities and variances are checked by the engine. */
export type Block =
  /** h' = W phi(h) + b */
  | { kind: 'plain' }
  /** W acts on maxima or means of phi(h) over `pool` units, 2 (the default) .. 64. Networks hand each
   * on as `poolWidth` says. */
  | { kind: 'max_pool' | 'average_pool'; pool?: number; poolWidth?: PoolWidth }
  /** W acts on phi(h), each unit kept with probability `keep`, 0.001 .. 1. */
  | { kind: 'dropout'; keep: number }
  /** h' = h + (W phi(h) + b) / sqrt(residualDepth), or x' = phi(x + (W x + b) / sqrt(...)). */
  | { kind: 'residual_scaled' | 'residual_after'; residualDepth: number }
  /** x' = x + V phi(h) + a, h = W x + b; V_ij ~ N(0, sigmaV2 / N), default 1, a_i ~ N(0, sigmaA2),
   * default 0. */
  | { kind: 'residual'; sigmaV2?: number; sigmaA2?: number }
  | { kind: 'layer_norm_before' | 'layer_norm_after' }
  | { kind: 'batch_norm_before' | 'batch_norm_after' }
  /** Circular, `taps` wide: odd, 1 .. 1023, default 3; `dimensions` 1 (the default) or 2. Networks have
   * `side` positions along a dimension, 1 .. 4096, default 8. */
  | {
      kind: 'convolution' | 'delta_orthogonal';
      taps?: number;
      dimensions?: number;
      side?: number;
    };

/** How a pool hands its value on: once (the default), or once a unit so that W stays square. Both have
 * the same law. */
export type PoolWidth = 'reduced' | 'repeated';

/** The law of weights: independent normals, independent uniform ones, or rows and columns of a
 * uniformly random orthogonal matrix (not in the block convolution). */
export type WeightLaw = 'gaussian' | 'uniform' | 'orthogonal';

/** What a network is made of, layer for layer. */
export interface Layer {
  activation: Activation;
  /** Default plain. */
  block?: Block;
}

/** And where its weights and biases come from: W_ij of mean 0 and variance sigmaW2 / N_in, b_i ~ N(0,
 * sigmaB2). */
export interface Initialisation extends Layer {
  /** 1e-6 .. 1e6. */
  sigmaW2: number;
  /** 0 .. 1e6. */
  sigmaB2: number;
  /** Of networks; theory knows but the variance. Default gaussian. */
  weights?: WeightLaw;
}

/** Where a line is asked for. */
export interface LineRequest extends Layer {
  sigmaB2: number;
}

/** An activation function, its first and second derivative at one point. */
export interface Jet {
  value: number;
  slope: number;
  bend: number;
}

/** What the theory makes use of. */
export interface ActivationFacts {
  /** The text of an expression, "table" of a table. */
  name: string;
  odd: boolean;
  bounded: boolean;
  homogeneous: boolean;
  /** Where a derivative jumps, ascending. */
  kinks: number[];
}

/** The fixed point of the mean field, that is infinite depth. Any quantity may be `Infinity`. */
export interface FixedPoint {
  qStar: number;
  cStar: number;
  gammaStar: number;
  chi1: number;
  chiCStar: number;
  /** Depth scales, in layers; negative: growth instead of decay. */
  xiQ: number;
  xiC: number;
  xiGrad: number;
  phase: string;
  /** Factor of the mean squared gradient per layer. */
  chiGrad: number;
  /** How many fixed points the variance has; `Infinity` where every one is. */
  qFixedPoints: number;
}

/** The same for a row of points, a column each; `phase` are indices into `Engine.phases`. */
export type FixedPointColumns = {
  [F in Exclude<keyof FixedPoint, 'phase'>]: Float64Array;
} & { phase: Uint8Array };

/** Fixed points over a grid, a row at a time; stop whenever you like. */
export interface PhaseMap {
  /** Fastest with `sigmaW2` ascending. */
  row(sigmaB2: number, sigmaW2: ArrayLike<number>): FixedPointColumns;
}

/** How a perturbation of the covariance along the circle of a convolution dies out with depth. */
export interface FourierMode {
  /** Per layer. */
  factor: number;
  /** In layers. */
  xi: number;
}

/** One layer of the mean field: variance q, correlation c of two inputs, d = 1 - c (right relative to
 * itself where c is 1 to all digits), gamma = c / d, factor of the mean squared gradient from the layer
 * above down to it. */
export interface Signal {
  q: number;
  c: number;
  d: number;
  gamma: number;
  backward: number;
}

/** Two inputs. */
export interface InputPair {
  /** Variance of the inputs, 0 < q0 <= 1e12. Default 1. */
  q0?: number;
  /** Correlation of the inputs, -1 .. 1. Default 0. */
  c0?: number;
}

export interface TrajectoryOptions extends InputPair {
  /** Layers 1 .. count; depth + 1 includes the output. */
  count: number;
}

/** A population of units drawn at random. */
export interface PopulationOptions extends TrajectoryOptions {
  /** Default 1. */
  seed?: Seed;
  /** A multiple of 32, 1024 .. 2^24. Default 65536. */
  samples?: number;
  /** Whether backward factors are wanted, which take memory by the layer. Default true. */
  gradients?: boolean;
}

/** Estimates of a layer, `backward` NaN for the last one, and their standard errors. */
export interface PopulationLayer extends Signal {
  qError: number;
  /** Of d, too. */
  cError: number;
  gammaError: number;
  backwardError: number;
}

/** Hidden layers 1 .. depth above two inputs. */
export interface DepthOptions extends InputPair {
  depth: number;
}

/** Squared gradients of the loss by the pre-activations of a hidden layer, per unit of N: of one input
 * exp(logQ) |delta_a|^2 / N, of two signAb exp(logQAb) delta_a . delta_b / N, with delta = softmax -
 * one-hot. */
export interface LayerGradient {
  logQ: number;
  logQAb: number;
  /** -1, 0 or 1. */
  signAb: number;
}

/** Inputs labelled with the class that the network favours, with the other one, or either. */
export type Labels = 'favoured' | 'unfavoured' | 'all';

export interface GradientOptions extends DepthOptions {
  /** Units of a hidden layer. */
  width: number;
  /** Default all. */
  labels?: Labels;
  /** Probabilities between 0 and 1. Default none. */
  quantiles?: ArrayLike<number>;
}

/** Natural logarithms of the squared gradient by a unit of one hidden layer, over networks and inputs:
 * of the median, mean of the logarithm, of the mean, of the quantiles asked for. */
export interface GradientReport {
  logMedian: number;
  meanLog: number;
  logMean: number;
  logQuantiles: number[];
}

/** A point of a critical line, and the variance q there (may be `Infinity`). */
export interface LinePoint {
  sigmaW2: number;
  q: number;
  /** Whether iteration from q_0 = 1 ends there: false where the fixed point is unstable or lies beyond
   * another one. */
  reached: boolean;
}

/** Law over networks of G_0, the share of infinitely many inputs that goes to the first of two
 * classes. */
export interface GuessingLaw {
  readonly gamma: number;
  readonly meanMaxFrequency: number;
  readonly variance: number;
  pdf(g: number): number;
  cdf(g: number): number;
  quantile(p: number): number;
  /** Quantile of the larger share. */
  maxQuantile(p: number): number;
}

/** Law over networks of G_k, the shares of `classes` classes. */
export interface ManyClassLaw {
  readonly classes: number;
  readonly gamma: number;
  /** Mean share of the most favoured class. */
  readonly meanMaxFrequency: number;
  /** Mean of the sum of the squared shares. */
  readonly meanSquareSum: number;
  /** Of one share. */
  readonly variance: number;
  /** Variance of n_k / inputs. */
  finiteVariance(inputs: number): number;
  /** Mean share of the most favoured class among `inputs` inputs, estimated from `networks` draws. */
  finiteMeanMaxFrequency(inputs: number, draw: Draw, networks: number): Estimate;
  /** Shares of one network. */
  sample(draw: Draw): Float64Array;
  /** How many of `inputs` inputs that network puts into each class. */
  sampleCounts(draw: Draw, inputs: number): Uint32Array;
}

/** A mean over random draws, with its standard error. */
export interface Estimate {
  mean: number;
  standardError: number;
}

/** What to expect of `depth` hidden layers from uncorrelated inputs with q_0 = 1. */
export interface Outlook {
  sigmaW2: number;
  /** Logarithm of the change of the squared gradient from the output to layer 1. */
  lnGradient: number;
  /** Of the output. */
  q: number;
  gamma: number;
  /** Mean share of the most favoured class. */
  meanMaxFrequency: number;
}

export interface Recommendation {
  /** Gradients neither grow nor shrink. */
  best: Outlook;
  /** Gradients change by at most a factor of 10 over the depth between these two. */
  sigmaW2Low: number;
  sigmaW2High: number;
  /** The edge of chaos, or null where there is none. */
  edge: Outlook | null;
  /** In one English sentence. */
  reason: string;
}

/** A network of some depth: `classes` defaults to 2. */
export interface DepthRequest extends LineRequest {
  depth: number;
  classes?: number;
}

/** The covariances of a data set at infinite width, layer by layer. */
export interface Kernel {
  /** Of the covariances at hand; 0 before the first step. */
  readonly layer: number;
  /** The next layer; its moments over the data, with `measure: false` null. */
  step(options?: { measure?: true }): LayerReport;
  step(options: StepOptions): LayerReport | null;
  /** Variances by input; a copy. */
  variances(): Float64Array;
  /** Distances 1 - c, [inputs, inputs]; a copy. */
  distances(): Float64Array;
  /** Networks of infinite width whose output layer is the current one; the kernel may go on. Ends the
   * process before. */
  gaussianProcess(): GaussianProcess;
}

/** Networks of infinite width on given inputs: output units are draws of a Gaussian process. */
export interface GaussianProcess {
  /** The addition to the diagonal that made the kernel positive definite, relative to its mean. */
  readonly jitter: number;
  /** Output unit `unit` of a network on all inputs. */
  outputs(draw: Draw, unit: number): Float64Array;
  /** Class of each input: the unit with the largest value. */
  classes(draw: Draw, classes: number): Uint16Array;
}

/** A network of any block: layers 1 .. depth hidden, layer depth + 1 the output. In a convolution
 * `inputWidth` and `width` count channels at each position (`Engine.positions`). */
export interface Architecture extends Initialisation {
  inputWidth: number;
  width: number;
  depth: number;
  /** Two or more. */
  classes: number;
}

/** A seed of an ensemble: a safe integer >= 0 or a bigint below 2^64. */
export type Seed = number | bigint;

/** Member `network` (default 0) of the ensemble `seed`: the same draw for any sigmaW2, sigmaB2. */
export interface Draw {
  seed: Seed;
  network?: number;
}

export type Stream = 'weights' | 'biases' | 'inputs';

/** Which random numbers of a draw. */
export interface DeviatesOptions extends Draw {
  stream: Stream;
  layer: number;
  row: number;
  /** Default 0. */
  firstColumn?: number;
  count: number;
  /** `count` values to fill and return, instead of a new array: for many draws, since allocating
   * takes as long as drawing. */
  out?: Float32Array;
}

/** Measured moments of one layer of one network; gamma = sigmaMu2 / sigmaY2. */
export interface LayerReport {
  layer: number;
  q: number;
  c: number;
  gamma: number;
  sigmaMu2: number;
  sigmaY2: number;
}

export interface StepOptions {
  /** Measure the layer (needs two inputs or more). Default true. */
  measure?: boolean;
}

/** A network on a set of inputs, computed a layer at a time. Iterating steps to the output and
 * yields the report of every layer. */
export interface Forward extends Iterable<LayerReport> {
  /** Layer computed last: 0 before the first step, depth + 1 for the output. */
  readonly layer: number;
  readonly done: boolean;
  /** Computes the next layer; its report, or null with `measure: false`. Throws `IgbError`
   * "finished" after the output and "non_finite" when float32 overflows. */
  step(options?: { measure?: true }): LayerReport;
  step(options: StepOptions): LayerReport | null;
  /** Pre-activations of `layer`, [inputs, positions, units] row-major, the output with one position;
   * a copy. */
  preactivations(): Float32Array;
  /** Of `layer`, of two inputs at least. */
  effectiveRank(): EffectiveRank;
  /** Class of each input, once `done`; a copy. */
  classes(): Uint16Array;
}

/** How many directions a layer makes use of: the participation ratio tr(K)^2 / tr(K^2) of the Gram
 * matrix K of its inputs' pre-activations, as they are and less their mean over the inputs; NaN where
 * K = 0. */
export interface EffectiveRank {
  uncentred: number;
  centred: number;
}

/** A network without its weights, exact in law at finite width, from the Gram matrix of its inputs: for
 * widths that no memory holds. Iterating steps to the output and yields the report of every layer. */
export interface GramNetwork extends Iterable<LayerReport> {
  /** Layer drawn last: 0 before the first step, depth + 1 for the output. */
  readonly layer: number;
  readonly done: boolean;
  /** Draws the next layer; as `Forward.step`. */
  step(options?: { measure?: true }): LayerReport;
  step(options: StepOptions): LayerReport | null;
  /** Class of each input, once `done`; a copy. */
  classes(): Uint16Array;
}

export interface Interval {
  low: number;
  high: number;
}

export interface Estimate {
  mean: number;
  standardError: number;
}

/** With Student's interval, infinite for a single value. */
export interface MeanEstimate extends Estimate {
  interval: Interval;
}

/** With the interval of order statistics, infinite where no value lies far enough out. */
export interface QuantileEstimate {
  value: number;
  interval: Interval;
}

/** The gradient of each input's loss by one layer of one network, as natural logarithms: of the mean
 * over units (and positions) of its square, and of the sum of squares by all weights that act on the
 * layer. -Infinity where a gradient is 0; NaN where there are no such weights: at the output, and at
 * the inputs of the block residual. */
export interface MeasuredGradient {
  /** 0: the inputs. */
  layer: number;
  logSquares: Float64Array;
  logWeightSquares: Float64Array;
}

/** Gradients of the loss in one network, up its layers and down again; each input has a loss of its
 * own, -ln softmax(output)_label. Iterating steps to the end and yields the gradients by the layers
 * depth + 1, the output, to 0, the inputs. They are by pre-activations; block residual: by the stream
 * that a layer reads; residual_after: by the argument of phi. With batch normalisation they are those
 * of the sum of all losses. */
export interface Backpropagation extends Iterable<MeasuredGradient> {
  /** Of the gradients; before there are any, the layer computed last. */
  readonly layer: number;
  /** Whether there are gradients: from the output on. The methods below need that. */
  readonly descending: boolean;
  readonly done: boolean;
  /** One layer up (null) or down, 2 depth + 2 in all. Throws `IgbError` "finished" after the inputs
   * and "non_finite" when float32 overflows. */
  step(): MeasuredGradient | null;
  /** In nats, by input; 0 without a label. */
  losses(): Float64Array;
  /** Class of each input. */
  classes(): Uint16Array;
  /** Of the network, [inputs, classes] row-major. */
  outputs(): Float32Array;
  /** By `layer`, [inputs, positions, units] row-major; the gradients of input a are `values` times
   * exp(logScales[a]), which may leave the range of numbers. */
  gradients(): { values: Float32Array; logScales: Float64Array };
}

/** One instance of the module with its own fixed memory. Calls are synchronous; for parallel work
 * load one engine a worker. */
export interface Engine {
  readonly version: string;
  readonly activations: readonly string[];
  /** Kinds of blocks. */
  readonly blocks: readonly string[];
  readonly poolWidths: readonly string[];
  readonly weightLaws: readonly string[];
  readonly phases: readonly string[];
  /** Bytes of the fixed memory that one call, or one network with its inputs, can use. */
  readonly capacity: number;

  /** What an activation is like. Expressions that cannot be read throw `IgbSyntaxError`. */
  describeActivation(activation: Activation): ActivationFacts;
  /** phi, phi' and phi'' at each x. */
  evaluate(activation: Activation, x: ArrayLike<number>): Jet[];

  fixedPoint(init: Initialisation): FixedPoint;
  trajectory(init: Initialisation, options: TrajectoryOptions): Signal[];
  /** The block residual_after, which has no map of q and c. */
  populationTrajectory(init: Initialisation, options: PopulationOptions): PopulationLayer[];
  /** Gradients from the top hidden layer down to each; the law of them, for two classes. */
  backward(init: Initialisation, options: DepthOptions): LayerGradient[];
  gradients(init: Initialisation, options: GradientOptions): GradientReport[];
  /** Where gradients neither vanish nor explode, or null when there is no such point. */
  edgeOfChaos(line: LineRequest): LinePoint | null;
  /** Where gamma at infinite depth is `gamma` (1: the neutrality line), or null. */
  isoGamma(line: LineRequest & { gamma: number }): LinePoint | null;
  /** Where the variance neither grows nor shrinks (homogeneous activations), or null. */
  varianceLine(line: LineRequest): LinePoint | null;
  /** All points of a line at sigmaB2, ascending in q. */
  edgeOfChaosPoints(line: LineRequest): LinePoint[];
  isoGammaPoints(line: LineRequest & { gamma: number }): LinePoint[];
  /** Mode with angles 2 pi k / positions; blocks convolution and delta_orthogonal. */
  fourierMode(init: Initialisation, angles: ArrayLike<number>): FourierMode;
  /** An engine holds one phase map, kernel or network at a time: this ends the one before. */
  phaseMap(layer: Layer): PhaseMap;

  /** What to expect at `sigmaW2`. */
  outlook(init: Initialisation & { depth: number; classes?: number }): Outlook;
  /** Where gradients survive the depth, or null where they do nowhere. */
  recommend(request: DepthRequest): Recommendation | null;
  /** Where the output has that gamma, or null. */
  recommendGamma(request: DepthRequest & { gamma: number }): Outlook | null;
  /** The gamma at which the most favoured class takes that share on average. */
  gammaOfFrequency(classes: number, meanMaxFrequency: number): number;

  /** 0 <= gamma <= Infinity. */
  law(gamma: number): GuessingLaw;
  /** 2 .. 4096 classes. */
  manyClassLaw(classes: number, gamma: number): ManyClassLaw;
  /** Mean share of the most favoured class of `inputs` inputs where nothing is biased. */
  nullMeanMaxFrequency(classes: number, inputs: number): number;
  /** Variance over networks of a class's share of given inputs, from their output correlations or
   * distances 1 - c, [inputs, inputs]. */
  frequencyVariance(
    classes: number,
    pairs: { correlations: ArrayLike<number> } | { distances: ArrayLike<number> },
  ): number;
  /** pmf[n], n = 0 .. inputs: chance that n of `inputs` independent inputs go to the first class. */
  finiteTwoClassLaw(gamma: number, inputs: number): Float64Array;

  /** Standard normals, bit-identical on every target. */
  normals(options: DeviatesOptions): Float32Array;
  /** The same of deviates uniform in [-sqrt 3, sqrt 3], of variance 1 like the normals. */
  uniforms(options: DeviatesOptions): Float32Array;
  /** Positions of the inputs and of every hidden layer: side^dimensions of a convolution, 1 of any
   * other block. */
  positions(block: Block): number;
  /** Independent standard normal inputs, [count, width] row-major. */
  gaussianInputs(seed: Seed, count: number, width: number): Float32Array;
  /** Pixels of a plane through the origin of input space, coordinates within (-extent, extent):
   * [resolution^2, width] row-major, top row first. */
  planeInputs(seed: Seed, width: number, resolution: number, extent: number): Float32Array;

  /** Starts a network on `inputs`, [count, positions, inputWidth] row-major, which are copied. An
   * engine runs one network at a time: this ends the one before, whose methods throw from then on. */
  forward(architecture: Architecture, draw: Draw, inputs: Float32Array): Forward;
  /** Starts the gradients of the same network; `labels`: the class of each input, null for an input
   * without a loss. Ends what the engine held before. */
  backpropagation(
    architecture: Architecture,
    draw: Draw,
    inputs: Float32Array,
    labels: ArrayLike<number | null>,
  ): Backpropagation;
  /** Starts the same network without its weights, of the same law but another draw: blocks plain,
   * max_pool, average_pool and dropout, Gaussian weights, two inputs or more. Ends what the engine
   * held before. */
  gramNetwork(architecture: Architecture, draw: Draw, inputs: Float32Array): GramNetwork;
  /** Starts the recursion of the kernel of inputs, [count, width] row-major, or of covariances,
   * [count, count]; both are copied. Ends what the engine held before. */
  kernel(init: Initialisation, data: { inputs: Float32Array; width: number }): Kernel;
  kernel(init: Initialisation, data: { covariances: ArrayLike<number> }): Kernel;

  /** Bytes of `capacity` that such a network takes, its inputs not included. */
  forwardBytes(architecture: Architecture, inputs: number): number;
  /** The same for its gradients, for which every layer is kept; labels not included either. */
  backpropagationBytes(architecture: Architecture, inputs: number): number;
  /** The same of a Gram network, whatever its width. */
  gramBytes(architecture: Architecture, inputs: number): number;

  /** Kolmogorov-Smirnov distance between an ensemble, networks[n] = how many networks put n inputs
   * into class 0, and a law of counts (`finiteTwoClassLaw`) of the same length. */
  ksDistance(networks: ArrayLike<number>, pmf: ArrayLike<number>): number;
  /** Chance of a larger distance under the law for that many networks; an upper bound, since counts
   * are discrete. */
  ksPValue(distance: number, networks: number): number;
  /** Kolmogorov-Smirnov distance between two samples, in any order, and the chance of a larger one if
   * both are of one law; NaN where a sample is empty or has a NaN. */
  compareSamples(a: ArrayLike<number>, b: ArrayLike<number>): { distance: number; pValue: number };
  /** Mean of independent values; the interval holds the expectation with probability `confidence`,
   * default 0.95. */
  mean(values: ArrayLike<number>, confidence?: number): MeanEstimate;
  /** mean of x / mean of y of independent pairs, its standard error to first order. */
  ratio(x: ArrayLike<number>, y: ArrayLike<number>): Estimate;
  /** The p-quantile of independent values, in any order; the interval holds the quantile of their law
   * with at least the probability `confidence`, default 0.95. */
  quantile(values: ArrayLike<number>, p: number, confidence?: number): QuantileEstimate;
}

/** The module: its address, its bytes, a response that carries it, or compiled already (which can be
 * posted to workers). */
export type EngineSource = string | URL | BufferSource | Response | WebAssembly.Module;
