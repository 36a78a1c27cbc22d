import type { Engine } from 'igb';
import { planeExtent } from '../../model/plane';
import type {
  MapRequest,
  MapResult,
  NetworkDescription,
  Picture,
  TileResult,
  TilesRequest,
} from '../protocol';
import { resting } from './steps';

const finestMap = 112;
const [coarsestDraft, finestDraft] = [16, 56];
const draftMilliseconds = 15;
const bandMilliseconds = 10;
const [draftTile, finalTile] = [12, 24];

/** Multiply-adds per millisecond, measured as pictures are made. */
let speed = 1e6;

function costOfPoint({ width, depth }: NetworkDescription): number {
  return width * width * depth + 2 * width;
}

/** h_0 - h_1 of the output for `inputs` [count, width]. */
function margins(
  engine: Engine,
  request: NetworkDescription,
  network: number,
  inputs: Float32Array,
): Float32Array {
  const { width, seed } = request;
  const started = performance.now();
  const run = engine.forward(
    { ...request, inputWidth: width, classes: 2 },
    { seed, network },
    inputs,
  );
  while (!run.done) run.step({ measure: false });
  const output = run.preactivations();
  const count = inputs.length / width;
  const measured = (count * costOfPoint(request)) / (performance.now() - started + 0.1);
  if (count >= coarsestDraft ** 2) speed += 0.3 * (measured - speed);
  return Float32Array.from(
    { length: count },
    (_, a) => (output[2 * a] as number) - (output[2 * a + 1] as number),
  );
}

function picture(
  engine: Engine,
  request: NetworkDescription,
  network: number,
  resolution: number,
): Picture {
  const inputs = engine.planeInputs(request.seed, request.width, resolution, planeExtent);
  return { resolution, margin: margins(engine, request, network, inputs) };
}

/** The finest picture that fits the time of one frame of a drag. */
function draftResolution(request: NetworkDescription): number {
  const points = (speed * draftMilliseconds) / costOfPoint(request);
  return Math.min(finestDraft, Math.max(coarsestDraft, Math.floor(Math.sqrt(points))));
}

/** The class map of one network: a draft at once, then, after a rest, the finest one, band by band. */
export function* map(
  engine: Engine,
  request: MapRequest,
): Generator<MapResult | null | typeof resting> {
  const { network, seed, width } = request;
  yield { kind: 'map', network, ...picture(engine, request, network, draftResolution(request)) };
  yield resting;

  const resolution = finestMap;
  const inputs = engine.planeInputs(seed, width, resolution, planeExtent);
  const margin = new Float32Array(resolution * resolution);
  const bandPoints = Math.max(64, Math.floor((speed * bandMilliseconds) / costOfPoint(request)));
  for (let first = 0; first < margin.length; first += bandPoints) {
    const band = inputs.subarray(first * width, (first + bandPoints) * width);
    margin.set(margins(engine, request, network, band), first);
    yield null;
  }
  yield { kind: 'map', network, resolution, margin };
}

/** The tile to draw first, so that requests that replace each other still reach every tile. */
let nextTile = 0;

/** Small class maps of many networks of one ensemble. */
export function* tiles(engine: Engine, request: TilesRequest): Generator<TileResult> {
  for (const resolution of [draftTile, finalTile]) {
    for (let i = 0; i < request.networks; ++i) {
      const network = nextTile % request.networks;
      nextTile = network + 1;
      yield { kind: 'tiles', network, ...picture(engine, request, network, resolution) };
    }
  }
}
