import { type Engine, IgbError } from 'igb';
import { median } from '../../model/distribution';
import type { GradientsRequest, GradientsResult } from '../protocol';
import { holding } from './steps';

/** Inputs that tell which class a network favours, and others whose gradients are measured: so that
 * without any bias neither kind of label is special. */
const [askedInputs, inputs] = [64, 32];
const turnMilliseconds = 40;
/** Weights of all networks together; a large network is measured in fewer draws. */
const mostWeights = 1e8;
const fewestNetworks = 6;

/** How many networks are measured, of the number wanted. */
export function networksMeasured({ width, depth, networks }: GradientsRequest): number {
  const affordable = Math.floor(mostWeights / (width * width * depth));
  return Math.min(networks, Math.max(fewestNetworks, affordable));
}

/** Logarithms of squared gradients of one network, [hidden layer][input]. */
type Squares = Float64Array[];

/** Runs what steps, giving way now and then; what it returns is `act`'s. */
function* inTurns(step: () => boolean): Generator<typeof holding, void> {
  let started = performance.now();
  while (step()) {
    if (performance.now() - started < turnMilliseconds) continue;
    yield holding;
    started = performance.now();
  }
}

/** The class that one network gives to most inputs. */
function* favouredClass(
  engine: Engine,
  request: GradientsRequest,
  network: number,
  asked: Float32Array,
): Generator<typeof holding, number> {
  const { seed, width } = request;
  const run = engine.forward(
    { ...request, inputWidth: width, classes: 2 },
    { seed, network },
    asked,
  );
  yield* inTurns(() => {
    if (!run.done) run.step({ measure: false });
    return !run.done;
  });
  const first = run.classes().filter((guess) => guess === 0).length;
  return 2 * first >= askedInputs ? 0 : 1;
}

/** Gradients of one network, every input labelled alike. */
function* squares(
  engine: Engine,
  request: GradientsRequest,
  network: number,
  { data, label }: { data: Float32Array; label: number },
): Generator<typeof holding, Squares> {
  const { seed, width, depth } = request;
  const run = engine.backpropagation(
    { ...request, inputWidth: width, classes: 2 },
    { seed, network },
    data,
    new Array<number>(inputs).fill(label),
  );
  const layers: Squares = [];
  yield* inTurns(() => {
    const gradient = run.step();
    const hidden = gradient && gradient.layer >= 1 && gradient.layer <= depth;
    if (hidden) layers[gradient.layer - 1] = gradient.logSquares;
    return gradient?.layer !== 1;
  });
  return layers;
}

/** Medians over all networks and inputs, by layer. */
class Medians {
  private readonly values: number[][];

  constructor(depth: number) {
    this.values = Array.from({ length: depth }, () => []);
  }

  add(layers: Squares, from: Float64Array | null = null): void {
    layers.forEach((layer, i) => {
      layer.forEach((value, a) => {
        const less = value - (from?.[a] ?? 0);
        if (!Number.isNaN(less)) this.values[i]?.push(less);
      });
    });
  }

  get all(): number[] {
    return this.values.map(median);
  }
}

/** Gradients of random networks on Gaussian inputs, labelled with the class that each network favours,
 * and with the other one. */
export function* gradients(
  engine: Engine,
  request: GradientsRequest,
): Generator<GradientsResult | null | typeof holding> {
  const { seed, width, depth } = request;
  const theoryOf = (labels: 'favoured' | 'unfavoured') =>
    engine.gradients(request, { depth, width, labels }).map(({ logMedian }) => logMedian);
  const theory = { favoured: theoryOf('favoured'), unfavoured: theoryOf('unfavoured') };
  const drawn = engine.gaussianInputs(seed, askedInputs + inputs, width);
  const asked = drawn.subarray(0, askedInputs * width);
  const data = drawn.subarray(askedInputs * width);
  const measured = {
    favoured: new Medians(depth),
    unfavoured: new Medians(depth),
    excess: new Medians(depth),
  };
  const result = (networks: number): GradientsResult => ({
    kind: 'gradients',
    networks,
    of: networksMeasured(request),
    favoured: { theory: theory.favoured, measured: measured.favoured.all },
    unfavoured: { theory: theory.unfavoured, measured: measured.unfavoured.all },
    excess: measured.excess.all,
  });
  yield result(0);

  let done = 0;
  for (let network = 0; network < networksMeasured(request); ++network) {
    try {
      const favoured = yield* favouredClass(engine, request, network, asked);
      const one = yield* squares(engine, request, network, { data, label: favoured });
      const other = yield* squares(engine, request, network, { data, label: 1 - favoured });
      measured.favoured.add(one);
      measured.unfavoured.add(other);
      measured.excess.add(other, other[depth - 1]);
      done += 1;
    } catch (error) {
      // float32 overflowed: this network has no gradients
      if (!(error instanceof IgbError && error.status === 'non_finite')) throw error;
    }
    yield result(done);
  }
}
