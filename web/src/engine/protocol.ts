/** What labs and their workers say to each other. */
import type { FixedPoint, Signal } from 'igb';
import type { PlanarName, Sampler } from '../model/params';

interface Init {
  activation: string;
  sigmaW2: number;
  sigmaB2: number;
}

export interface NetworkDescription extends Init {
  depth: number;
  width: number;
  seed: number;
}

export interface LinesRequest {
  kind: 'lines';
  activation: string;
  sigmaB2Max: number;
  sigmaW2Min: number;
  sigmaW2Max: number;
}

/** Gamma at infinite depth over the phase diagram. */
export interface IsoGammaRequest {
  kind: 'isoGamma';
  activation: string;
  sigmaB2Max: number;
  sigmaW2Min: number;
  sigmaW2Max: number;
}

export interface TheoryRequest extends Init {
  kind: 'theory';
  depth: number;
  inputs: number;
}

export interface MapRequest extends NetworkDescription {
  kind: 'map';
  network: number;
}

export interface TilesRequest extends NetworkDescription {
  kind: 'tiles';
  networks: number;
}

export interface EnsembleRequest extends NetworkDescription {
  kind: 'ensemble';
  sampler: Sampler;
  networks: number;
  inputs: number;
}

/** Asks one network about `inputs`, [count, inputWidth]. */
export interface ImagesRequest extends NetworkDescription {
  kind: 'images';
  network: number;
  inputWidth: number;
  inputs: Float32Array;
}

/** About a network of `classes` outputs and that gamma, asked about `inputs` inputs. */
export interface PlacementRequest {
  kind: 'placement';
  gamma: number;
  classes: number;
  inputs: number;
  activation: string;
  sigmaB2: number;
  depth: number;
}

/** Gradients of Gaussian inputs, by whether their label is the class that a network favours. */
export interface GradientsRequest extends NetworkDescription {
  kind: 'gradients';
  networks: number;
}

/** Labelled inputs [labels.length, width], of two classes. */
export interface Lesson {
  inputs: Float32Array;
  labels: Uint16Array;
}

/** Networks of the same draw that learn the same, each from another sigma_w2. */
export interface RaceRequest {
  kind: 'race';
  activation: string;
  sigmaB2: number;
  sigmaW2: readonly number[];
  depth: number;
  width: number;
  seed: number;
  steps: number;
  data: PlanarName | { train: Lesson; test: Lesson };
}

export type Request =
  | LinesRequest
  | IsoGammaRequest
  | TheoryRequest
  | MapRequest
  | TilesRequest
  | EnsembleRequest
  | ImagesRequest
  | PlacementRequest
  | GradientsRequest
  | RaceRequest;
export type Kind = Request['kind'];

/** sigma_w2 at each sampled sigma_b2, or null where the line does not exist. */
export type Line = { sigmaB2: number; sigmaW2: number | null }[];

export interface LinesResult {
  kind: 'lines';
  activation: string;
  edge: Line;
  neutrality: Line;
  /** Phase names of the engine, each at a point inside its region. */
  regions: { sigmaB2: number; sigmaW2: number; phase: string }[];
}

/** At [rows, columns], row-major, sigma_b2 ascending by the row and sigma_w2 by the column, both from
 * end to end of what was asked for. */
export interface IsoGammaResult {
  kind: 'isoGamma';
  activation: string;
  rows: number;
  columns: number;
  /** Infinity where all inputs end up alike. */
  gamma: Float64Array;
}

export interface TheoryResult {
  kind: 'theory';
  fixedPoint: FixedPoint;
  /** sigma_w2 of the edge of chaos and of the neutrality line at this sigma_b2. */
  edge: number | null;
  neutrality: number | null;
  /** Layers 1 .. depth + 1. */
  layers: Signal[];
  /** Law of the number of inputs that go to class 0, and the same without any bias (gamma = 0). */
  law: Float64Array;
  floor: Float64Array;
}

/** h_0 - h_1 of the output at the pixels of a plane of inputs; class 0 where it is not negative. */
export interface Picture {
  resolution: number;
  margin: Float32Array;
}

export interface MapResult extends Picture {
  kind: 'map';
  network: number;
}

export interface TileResult extends Picture {
  kind: 'tiles';
  network: number;
}

export interface EnsembleResult {
  kind: 'ensemble';
  /** G_0 of each network so far. */
  fractions: Float64Array;
  /** Of the hidden layers 1 .. depth: medians over the networks so far; empty where the sampler has
   * none. */
  q: number[];
  c: number[];
  gamma: number[];
  /** Distance of the fractions to the law for `inputs` inputs, and the chance of a larger one under
   * it (an upper bound: the law is discrete). */
  ksDistance: number;
  ksPValue: number;
}

export interface ImagesResult {
  kind: 'images';
  /** Of every image. */
  classes: Uint8Array;
  /** How many of them, from the first on, are to be drawn. */
  shown: number;
}

export interface PlacementResult {
  kind: 'placement';
  /** Mean share of the most frequent class, and the same without any bias. */
  expected: number;
  floor: number;
  /** At which networks of that activation, depth and sigma_b2 have the gamma, or null. */
  sigmaW2: number | null;
}

/** Natural logarithms of the squared gradient by a unit of the hidden layers 1 .. depth: medians over
 * networks and inputs. */
export interface LayerGradients {
  theory: number[];
  measured: number[];
}

export interface GradientsResult {
  kind: 'gradients';
  /** Measured so far, of how many. */
  networks: number;
  of: number;
  /** Labels are the class that a network favours, or the other one. */
  favoured: LayerGradients;
  unfavoured: LayerGradients;
  /** Measured: what a layer has more than the top hidden one, the same for any label. */
  excess: number[];
}

/** One network on the test set, at the steps measured so far. */
export interface RaceCurve {
  sigmaW2: number;
  steps: number[];
  accuracy: number[];
  /** Share of the most frequent guess. */
  maxFrequency: number[];
  /** Whether it overflowed and learns no more. */
  lost: boolean;
}

export interface RaceResult {
  kind: 'race';
  step: number;
  steps: number;
  curves: RaceCurve[];
}

export type Result =
  | LinesResult
  | IsoGammaResult
  | TheoryResult
  | MapResult
  | TileResult
  | EnsembleResult
  | ImagesResult
  | PlacementResult
  | GradientsResult
  | RaceResult;
export type ResultOf<K extends Kind> = Extract<Result, { kind: K }>;

export interface Failure {
  name: string;
  message: string;
}

/** Which lab's request of which kind: the latest one wins. */
export interface Channel {
  lab: number;
  kind: Kind;
}

export type ToWorker =
  | { type: 'load'; module: WebAssembly.Module }
  | { type: 'run'; lab: number; revision: number; request: Request }
  | ({ type: 'drop' } & Channel)
  | { type: 'ping' };

export type FromWorker =
  | { type: 'ready'; version: string }
  | { type: 'pong' }
  | { type: 'result'; lab: number; revision: number; result: Result }
  | ({ type: 'done'; revision: number } & Channel)
  | ({ type: 'failed'; revision: number; failure: Failure } & Channel)
  | { type: 'broken'; failure: Failure };
