// Blocks, lines, maps, laws, recommendations and kernels through the binding.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IgbError } from 'igb';
import { assertClose, engine, readReference, thrown } from './support.mjs';

const tanh = { activation: 'tanh', sigmaW2: 2.5, sigmaB2: 0.1 };
const relu = { activation: 'relu', sigmaB2: 0 };

test('lines of pooled ReLU networks', () => {
  const v = (block) => engine.varianceLine({ ...relu, block }).sigmaW2;
  const g = (block) => engine.edgeOfChaos({ ...relu, block }).sigmaW2;
  const max = { kind: 'max_pool' };
  const mean = { kind: 'average_pool', pool: 3 };
  assertClose(v(max), (4 * Math.PI) / (3 * Math.PI + 2), 1e-9, 'max 2, line v');
  assertClose(g(max), 4 / 3, 1e-9, 'max 2, line g');
  assertClose(v(mean), (6 * Math.PI) / (Math.PI + 2), 1e-9, 'mean 3, line v');
  assertClose(g(mean), 6, 1e-9, 'mean 3, line g');
  assert.equal(engine.varianceLine({ activation: 'tanh', sigmaB2: 0.1 }), null);
});

test('all points of a line', () => {
  const [point, ...others] = engine.edgeOfChaosPoints(tanh);
  assert.deepEqual(others, []);
  assert.deepEqual(point, engine.edgeOfChaos(tanh));
  assert.equal(point.reached, true);
  assert.equal(engine.isoGammaPoints({ ...tanh, gamma: 1 }).length, 1);
  assert.deepEqual(engine.isoGammaPoints({ ...relu, sigmaB2: 0.1, gamma: 1 }), []);
});

test('blocks reach the engine with all their fields', () => {
  const chi = (block) =>
    engine.fixedPoint({ activation: 'linear', sigmaW2: 0.5, sigmaB2: 0.1, block });
  assertClose(chi({ kind: 'average_pool', pool: 4 }).chi1, 0.5 / 4, 1e-12, 'pool');
  assertClose(chi({ kind: 'dropout', keep: 0.8 }).chiGrad, 0.5 / 0.8, 1e-12, 'keep');
  const residual = { kind: 'residual', sigmaV2: 0.3, sigmaA2: 0.2 };
  assertClose(chi(residual).chi1, 1 + 0.3 * 0.5, 1e-12, 'sigmaV2');
  const [first, second] = engine.trajectory(
    { activation: 'linear', sigmaW2: 0.5, sigmaB2: 0.1, block: residual },
    { count: 2 },
  );
  assertClose(second.q, first.q + 0.5 * (0.3 * first.q + 0.2), 1e-12, 'sigmaA2');
  assertClose(first.backward, 1 + 0.3 * 0.5, 1e-12, 'backward');
  const scaled = engine.trajectory(
    { ...tanh, activation: 'linear', block: { kind: 'residual_scaled', residualDepth: 10 } },
    { count: 2 },
  );
  assertClose(scaled[1].q, scaled[0].q * 1.25 + 0.01, 1e-12, 'residualDepth');
  const convolution = { ...tanh, block: { kind: 'convolution', taps: 5 } };
  const { chiCStar } = engine.fixedPoint(tanh);
  const { factor } = engine.fourierMode(convolution, [0.7]);
  assertClose(factor, (chiCStar * Math.sin(1.75)) / (5 * Math.sin(0.35)), 1e-10, 'taps');
  assert.equal(engine.fixedPoint({ ...relu, sigmaW2: 2 }).qFixedPoints, Infinity);
});

test('a phase map is its fixed points, row by row', () => {
  const map = engine.phaseMap({ activation: 'tanh' });
  const sigmaW2 = Float64Array.from({ length: 30 }, (_, j) => 1 + j / 10);
  for (const sigmaB2 of [0.05, 0.2]) {
    const row = map.row(sigmaB2, sigmaW2);
    sigmaW2.forEach((w, j) => {
      const point = engine.fixedPoint({ activation: 'tanh', sigmaW2: w, sigmaB2 });
      assert.equal(engine.phases[row.phase[j]], point.phase);
      for (const name of ['qStar', 'gammaStar', 'xiC', 'xiGrad', 'chiGrad']) {
        assertClose(row[name][j], point[name], 1e-8, `${name} at ${w}`);
      }
      assert.equal(row.qFixedPoints[j], point.qFixedPoints);
    });
  }
  const error = thrown(() => map.row(0.1, [1, -1]));
  assert.ok(error instanceof IgbError);
  assert.equal(error.parameter, 'sigmaW2');
  engine.phaseMap({ activation: 'erf' });
  assert.throws(() => map.row(0.1, [1]), /has ended/);
});

test('many classes: the Monte Carlo table, to five of its standard errors', () => {
  const rows = readReference('many_class_law');
  assert.ok(rows.length > 5);
  for (const row of rows) {
    const { meanMaxFrequency } = engine.manyClassLaw(row.classes, row.gamma);
    const difference = Math.abs(meanMaxFrequency - row.mean_frequency_of_most_favoured);
    assert.ok(difference < 5 * row.monte_carlo_standard_error, JSON.stringify(row));
  }
});

test('many classes: samples and floors', () => {
  const law = engine.manyClassLaw(4, 2);
  const draw = { seed: 5, network: 3 };
  const shares = law.sample(draw);
  const counts = law.sampleCounts(draw, 60);
  assertClose(
    shares.reduce((sum, share) => sum + share, 0),
    1,
    1e-12,
    'sum',
  );
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    60,
  );
  const floor = engine.nullMeanMaxFrequency(4, 60);
  const { mean, standardError } = engine.manyClassLaw(4, 0).finiteMeanMaxFrequency(60, draw, 2000);
  assert.ok(Math.abs(mean - floor) < 5 * standardError, `${mean} ${floor}`);
  const two = engine.manyClassLaw(2, 1.7);
  assertClose(two.variance, engine.law(1.7).variance, 1e-11, 'variance');
  assertClose(two.finiteVariance(1), 1 / 4, 1e-11, 'one input');
  assertClose(engine.law(1).maxQuantile(0.3), 0.65, 1e-12, 'max quantile');
  const correlated = engine.frequencyVariance(2, { correlations: [1, 0.3, 0.3, 1] });
  assertClose(correlated, (Math.PI + 2 * Math.asin(0.3)) / (8 * Math.PI), 1e-11, 'pairs');
  const distant = engine.frequencyVariance(2, { distances: [0, 0.7, 0.7, 0] });
  assertClose(distant, correlated, 1e-11, 'distances');
  assert.throws(() => engine.frequencyVariance(2, { distances: [0, 1] }), RangeError);
  assert.equal(thrown(() => engine.manyClassLaw(1, 1)).parameter, 'classes');
});

test('recommendations', () => {
  const { best, sigmaW2Low, sigmaW2High, edge, reason } = engine.recommend({ ...relu, depth: 10 });
  assertClose(best.sigmaW2, 2, 1e-9, 'best');
  assertClose(sigmaW2Low, 2 / 10 ** 0.1, 1e-9, 'low');
  assertClose(sigmaW2High, 2 * 10 ** 0.1, 1e-9, 'high');
  assertClose(edge.sigmaW2, 2, 1e-9, 'edge');
  assert.match(reason, /\.$/);
  const outlook = engine.outlook({ ...tanh, depth: 8, classes: 2 });
  const { gamma } = engine.trajectory(tanh, { count: 9 }).at(-1);
  assertClose(outlook.gamma, gamma, 1e-9, 'gamma');
  assertClose(outlook.meanMaxFrequency, engine.law(gamma).meanMaxFrequency, 1e-9, 'frequency');
  const wanted = engine.recommendGamma({ ...tanh, depth: 8, gamma });
  assertClose(wanted.gamma, gamma, 1e-8, 'recommended gamma');
  assert.equal(engine.recommendGamma({ ...relu, depth: 8, gamma: 1e6 }), null);
  assertClose(engine.gammaOfFrequency(2, 0.75), 1, 1e-11, 'gamma of frequency');
  assert.equal(thrown(() => engine.recommend({ ...relu, depth: 0 })).parameter, 'depth');
});

test('the kernel of two inputs is the trajectory', () => {
  const covariances = [1, 0.25, 0.25, 1];
  const layers = engine.trajectory(tanh, { q0: 1, c0: 0.25, count: 5 });
  const kernel = engine.kernel(tanh, { covariances });
  assert.equal(kernel.layer, 0);
  for (const [index, { q, c }] of layers.entries()) {
    const report = kernel.step();
    assert.equal(report.layer, index + 1);
    assert.equal(kernel.layer, index + 1);
    assertClose(report.q, q, 1e-10, 'q');
    assertClose(report.c, c, 1e-10, 'c');
    assertClose(kernel.variances()[1], q, 1e-10, 'variances');
    assertClose(kernel.distances()[2], 1 - c, 1e-10, 'distances');
  }
  const inputs = Float32Array.of(1, 1, 1, -1);
  const { q, sigmaMu2 } = engine.kernel(tanh, { inputs, width: 2 }).step();
  assertClose(q, 2.6, 1e-12, 'q of data');
  assertClose(sigmaMu2, 0.1, 1e-12, 'covariance of data');
  assert.throws(() => kernel.step(), /has ended/);
  assert.throws(() => engine.kernel(tanh, { covariances: [1, 2] }), RangeError);
  assert.equal(thrown(() => engine.kernel(tanh, { inputs, width: 3 })).parameter, 'inputs');
  assert.equal(thrown(() => engine.kernel(tanh, { covariances: [1, 0, 9, 1] })).parameter, 'c0');
});

test('gradients: the recursion is the product of the factors, the report its law', () => {
  const signals = engine.trajectory(tanh, { q0: 0.8, c0: 0.3, count: 7 });
  const gradients = engine.backward(tanh, { q0: 0.8, c0: 0.3, depth: 6 });
  assert.equal(gradients.length, 6);
  for (let layer = 0; layer < 5; ++layer) {
    const step = gradients[layer].logQ - gradients[layer + 1].logQ;
    assertClose(step, Math.log(signals[layer].backward), 1e-9, `layer ${layer + 1}`);
    assert.equal(gradients[layer].signAb, 1);
  }
  const options = { q0: 0.8, c0: 0.3, depth: 6, width: 300, quantiles: [0.1, 0.5] };
  const [favoured, unfavoured, all] = ['favoured', 'unfavoured', 'all'].map((labels) =>
    engine.gradients(tanh, { ...options, labels }),
  );
  assert.deepEqual(engine.gradients(tanh, options), all);
  favoured.forEach((row, layer) => {
    assert.equal(row.logQuantiles.length, 2);
    assert.equal(row.logQuantiles[1], row.logMedian);
    assert.ok(row.logQuantiles[0] < row.logMedian);
    assert.ok(row.logMedian < all[layer].logMedian);
    assert.ok(all[layer].logMedian < unfavoured[layer].logMedian);
    const half = Math.log((Math.exp(row.logMean) + Math.exp(unfavoured[layer].logMean)) / 2);
    assertClose(half, all[layer].logMean, 1e-10, 'half of each label');
  });
  const refused = (change) => thrown(() => engine.gradients(tanh, { ...options, ...change }));
  assert.equal(refused({ depth: 0 }).parameter, 'depth');
  assert.equal(refused({ width: 0 }).parameter, 'width');
  assert.equal(refused({ labels: 'none' }).parameter, 'labels');
  assert.equal(refused({ quantiles: [1] }).parameter, 'probability');
  assert.equal(refused({ c0: 2 }).parameter, 'c0');
});

test('a population follows the one map it has: linear units, c and q by hand', () => {
  const init = {
    activation: 'linear',
    sigmaW2: 0.8,
    sigmaB2: 0.1,
    block: { kind: 'residual_after', residualDepth: 4 },
  };
  const layers = engine.populationTrajectory(init, { q0: 1.5, c0: 0.2, count: 4, seed: 3 });
  // x' = x + (W x + b) / 2 adds a quarter of the variance of h to that of x, and likewise for pairs
  let q = 0.8 * 1.5 + 0.1;
  let pair = 0.8 * 1.5 * 0.2 + 0.1;
  let x = q;
  let xPair = pair;
  layers.forEach((layer, index) => {
    const { qError, cError } = layer;
    assert.ok(Math.abs(layer.q - q) <= 5 * qError + 1e-12, `q of layer ${index + 1}`);
    assert.ok(Math.abs(layer.c - pair / q) <= 5 * cError + 1e-12, `c of layer ${index + 1}`);
    assertClose(layer.d, 1 - layer.c, 1e-12, 'd');
    q = 0.8 * x + 0.1;
    pair = 0.8 * xPair + 0.1;
    x += q / 4;
    xPair += pair / 4;
  });
  assert.ok(layers[3].qError > 0 && layers[3].qError < 0.02 * layers[3].q);
  assertClose(layers[2].backward, 0.8, 1e-6, 'the output reads x alone');
  assertClose(layers[1].backward, 1 + 0.8 / 4, 1e-6, 'the stream and the weights');
  assert.ok(Number.isNaN(layers[3].backward));
  const again = (change) =>
    engine.populationTrajectory(init, { q0: 1.5, c0: 0.2, count: 4, seed: 3, ...change });
  assert.deepEqual(again({}), layers);
  assert.notEqual(again({ seed: 4 })[3].q, layers[3].q);
  assert.ok(Number.isNaN(again({ gradients: false })[1].backward));
  assert.equal(thrown(() => again({ samples: 1000 })).parameter, 'samples');
  assert.equal(thrown(() => engine.populationTrajectory(tanh, { count: 2 })).parameter, 'block');
  assert.equal(thrown(() => again({ samples: 2 ** 24 })).name, 'IgbMemoryError');
});

test('networks of infinite width have the covariances of their kernel', () => {
  const covariances = [2, 1, 0.5, 1, 1, 0.2, 0.5, 0.2, 1.5];
  const kernel = engine.kernel({ activation: 'linear', sigmaW2: 1, sigmaB2: 0 }, { covariances });
  kernel.step();
  const process = kernel.gaussianProcess();
  assert.ok(process.jitter >= 0 && process.jitter < 1e-9);
  const networks = 4000;
  const sums = new Float64Array(9);
  const classes = new Uint32Array(3);
  for (let network = 0; network < networks; ++network) {
    const values = process.outputs({ seed: 8, network }, 1);
    sums.forEach((_, i) => {
      sums[i] += (values[Math.floor(i / 3)] * values[i % 3]) / networks;
    });
    const guesses = process.classes({ seed: 8, network }, 3);
    classes[guesses[0]] += 1;
    assert.ok(values.length === 3 && guesses.length === 3);
  }
  covariances.forEach((covariance, i) => {
    const variance = covariances[4 * Math.floor(i / 3)] * covariances[4 * (i % 3)];
    const error = Math.sqrt((variance + covariance ** 2) / networks);
    assert.ok(Math.abs(sums[i] - covariance) < 4.5 * error, `${sums[i]} for ${covariance}`);
  });
  for (const count of classes) {
    assert.ok(Math.abs(count - networks / 3) < 4.5 * Math.sqrt((networks * 2) / 9), `${classes}`);
  }
  const draw = { seed: 8, network: 5 };
  const units = [0, 1, 2].map((unit) => process.outputs(draw, unit));
  const largest = [0, 1, 2].map((a) => {
    const outputs = units.map((unit) => unit[a]);
    return outputs.indexOf(Math.max(...outputs));
  });
  assert.deepEqual([...process.classes(draw, 3)], largest);
  assert.equal(thrown(() => process.classes(draw, 1)).parameter, 'classes');
  kernel.step(); // goes on without the process
  assert.deepEqual(process.outputs(draw, 0), units[0]);
  const next = kernel.gaussianProcess();
  assert.throws(() => process.outputs(draw, 0), /has ended/);
  engine.phaseMap({ activation: 'erf' });
  assert.throws(() => next.outputs(draw, 0), /has ended/);
});
