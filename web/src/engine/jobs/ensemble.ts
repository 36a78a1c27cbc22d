import type { Engine, LayerReport } from 'igb';
import { discreteKsDistance } from '../../model/distribution';
import type { EnsembleRequest, EnsembleResult } from '../protocol';
import { outputGamma } from './theory';

const batchMilliseconds = 90;

/** Sums over networks of what one layer of each showed. */
interface LayerSums {
  c: number;
  sigmaMu2: number;
  sigmaY2: number;
}

function add(sums: LayerSums[], report: LayerReport): void {
  sums[report.layer - 1] ??= { c: 0, sigmaMu2: 0, sigmaY2: 0 };
  const sum = sums[report.layer - 1] as LayerSums;
  sum.c += report.c;
  sum.sigmaMu2 += report.sigmaMu2;
  sum.sigmaY2 += report.sigmaY2;
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
  const architecture = { ...request, inputWidth: width, classes: 2 };

  const fractions: number[] = [];
  const sums: LayerSums[] = [];
  let batchStarted = performance.now();
  for (let network = 0; network < networks; ++network) {
    const run = engine.forward(architecture, { seed, network }, inputs);
    for (const report of run) add(sums, report);
    fractions.push(run.classes().filter((guess) => guess === 0).length / count);

    const last = network === networks - 1;
    if (!last && performance.now() - batchStarted < batchMilliseconds) continue;
    const ksDistance = discreteKsDistance(fractions, law);
    yield {
      kind: 'ensemble',
      fractions: Float64Array.from(fractions),
      layers: sums.map(({ c, sigmaMu2, sigmaY2 }) => ({
        c: c / fractions.length,
        gamma: sigmaMu2 / sigmaY2,
      })),
      ksDistance,
      ksPValue: engine.ksPValue(ksDistance, fractions.length),
    };
    batchStarted = performance.now();
  }
}
