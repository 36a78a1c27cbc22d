import type { Engine, LayerReport } from 'igb';
import { median } from '../../model/distribution';
import type { EnsembleRequest, EnsembleResult } from '../protocol';
import { holding } from './steps';
import { outputGamma } from './theory';

const batchMilliseconds = 90;

/** Of one quantity, layer by layer, over the networks that have a value there. */
function medians(values: number[][]): number[] {
  return values.map((ofLayer) => median(ofLayer.filter((value) => !Number.isNaN(value))));
}

interface Networks {
  /** How many inputs one network gives to class 0; reports of its layers go to `observe`. */
  first(network: number, observe: (report: LayerReport) => void): number;
}

const countFirst = (classes: Uint16Array) => classes.filter((guess) => guess === 0).length;

/** The networks that a sampler draws. */
function* sampled(
  engine: Engine,
  request: EnsembleRequest,
  inputs: Float32Array,
): Generator<typeof holding, Networks> {
  const { seed, width, sampler } = request;
  if (sampler === 'kernel') {
    const counts = yield* infinitelyWide(engine, request, inputs);
    return { first: (network) => counts[network] as number };
  }
  const architecture = { ...request, inputWidth: width, classes: 2 };
  const start = sampler === 'gram' ? engine.gramNetwork : engine.forward;
  return {
    first(network, observe) {
      const run = start.call(engine, architecture, { seed, network }, inputs);
      for (const report of run) observe(report);
      return countFirst(run.classes());
    },
  };
}

/** All networks of infinite width at once, since the process that they are drawn from is held. */
function* infinitelyWide(
  engine: Engine,
  request: EnsembleRequest,
  inputs: Float32Array,
): Generator<typeof holding, Uint32Array> {
  const { seed, width, depth, networks } = request;
  const kernel = engine.kernel(request, { inputs, width });
  for (let layer = 0; layer <= depth; ++layer) {
    kernel.step({ measure: false });
    yield holding;
  }
  const process = kernel.gaussianProcess();
  const counts = new Uint32Array(networks);
  for (let network = 0; network < networks; ++network) {
    counts[network] = countFirst(process.classes({ seed, network }, 2));
    if (network % 200 === 199) yield holding;
  }
  return counts;
}

/** Runs the networks of an ensemble on one set of Gaussian inputs, in batches of bounded time. */
export function* ensemble(
  engine: Engine,
  request: EnsembleRequest,
): Generator<EnsembleResult | null | typeof holding> {
  const { seed, width, depth, networks, inputs: count, sampler } = request;
  const inputs = engine.gaussianInputs(seed, count, width);
  const gamma = outputGamma(engine.trajectory(request, { count: depth + 1 }));
  const law = engine.finiteTwoClassLaw(gamma, count);
  yield null;
  const sample = yield* sampled(engine, request, inputs);

  const fractions: number[] = [];
  const networksAt = new Uint32Array(count + 1);
  const quantities = ['q', 'c', 'gamma'] as const;
  const hidden = Array.from({ length: sampler === 'kernel' ? 0 : depth }, () => ({
    q: [] as number[],
    c: [] as number[],
    gamma: [] as number[],
  }));
  const observe = (report: LayerReport) => {
    for (const quantity of quantities) hidden[report.layer - 1]?.[quantity].push(report[quantity]);
  };
  let batchStarted = performance.now();
  for (let network = 0; network < networks; ++network) {
    const first = sample.first(network, observe);
    fractions.push(first / count);
    networksAt[first] = (networksAt[first] as number) + 1;

    const last = network === networks - 1;
    if (!last && performance.now() - batchStarted < batchMilliseconds) continue;
    const ksDistance = engine.ksDistance(networksAt, law);
    yield {
      kind: 'ensemble',
      fractions: Float64Array.from(fractions),
      q: medians(hidden.map(({ q }) => q)),
      c: medians(hidden.map(({ c }) => c)),
      gamma: medians(hidden.map(({ gamma }) => gamma)),
      ksDistance,
      ksPValue: engine.ksPValue(ksDistance, fractions.length),
    };
    batchStarted = performance.now();
  }
}
