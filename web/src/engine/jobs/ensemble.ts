import type { Engine } from 'igb';
import { median } from '../../model/distribution';
import type { EnsembleRequest, EnsembleResult } from '../protocol';
import { outputGamma } from './theory';

const batchMilliseconds = 90;

/** Of one quantity, layer by layer, over the networks that have a value there. */
function medians(values: number[][]): number[] {
  return values.map((ofLayer) => median(ofLayer.filter((value) => !Number.isNaN(value))));
}

/** Runs the networks of an ensemble on one set of Gaussian inputs, in batches of bounded time. */
export function* ensemble(
  engine: Engine,
  request: EnsembleRequest,
): Generator<EnsembleResult | null> {
  const { seed, width, depth, networks, inputs: count } = request;
  const inputs = engine.gaussianInputs(seed, count, width);
  const gamma = outputGamma(engine.trajectory(request, { count: depth + 1 }));
  const law = engine.finiteTwoClassLaw(gamma, count);
  yield null;
  const architecture = { ...request, inputWidth: width, classes: 2 };

  const fractions: number[] = [];
  const networksAt = new Uint32Array(count + 1);
  const hidden = Array.from({ length: depth }, () => ({
    c: [] as number[],
    gamma: [] as number[],
  }));
  let batchStarted = performance.now();
  for (let network = 0; network < networks; ++network) {
    const run = engine.forward(architecture, { seed, network }, inputs);
    for (const { layer, c, gamma } of run) {
      hidden[layer - 1]?.c.push(c);
      hidden[layer - 1]?.gamma.push(gamma);
    }
    const first = run.classes().filter((guess) => guess === 0).length;
    fractions.push(first / count);
    networksAt[first] = (networksAt[first] as number) + 1;

    const last = network === networks - 1;
    if (!last && performance.now() - batchStarted < batchMilliseconds) continue;
    const ksDistance = engine.ksDistance(networksAt, law);
    yield {
      kind: 'ensemble',
      fractions: Float64Array.from(fractions),
      c: medians(hidden.map(({ c }) => c)),
      gamma: medians(hidden.map(({ gamma }) => gamma)),
      ksDistance,
      ksPValue: engine.ksPValue(ksDistance, fractions.length),
    };
    batchStarted = performance.now();
  }
}
