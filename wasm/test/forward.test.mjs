import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadEngine } from 'igb';
import { assertClose, engine } from './support.mjs';

const init = { activation: 'tanh', sigmaW2: 2.5, sigmaB2: 0.1 };
const network = { ...init, inputWidth: 10, width: 50, depth: 6, classes: 3 };
const count = 30;
const inputs = engine.gaussianInputs(3, count, network.inputWidth);

test('a run reports layers 1 .. depth + 1', () => {
  const run = engine.forward(network, { seed: 1 }, inputs);
  assert.equal(run.layer, 0);
  assert.equal(run.done, false);
  assert.deepEqual(
    Array.from(run, ({ layer }) => layer),
    [1, 2, 3, 4, 5, 6, 7],
  );
  assert.equal(run.layer, 7);
  assert.equal(run.done, true);
});

test('each field of a report is that of the pre-activations', () => {
  const run = engine.forward(network, { seed: 1 }, inputs);
  while (!run.done) {
    const report = run.step();
    const h = run.preactivations();
    const units = h.length / count;
    assert.equal(units, run.done ? network.classes : network.width);

    const square = (x) => x * x;
    const mean = (length, term) =>
      Array.from({ length }, (_, index) => term(index)).reduce((a, b) => a + b) / length;
    const mu = (unit) => mean(count, (a) => h[a * units + unit]);
    const variance = (unit) =>
      (mean(count, (a) => square(h[a * units + unit] - mu(unit))) * count) / (count - 1);
    const q = mean(h.length, (index) => square(h[index]));
    const sigmaY2 = mean(units, variance);
    const sigmaMu2 = mean(units, (unit) => square(mu(unit))) - sigmaY2 / count;

    assertClose(report.q, q, 1e-9, 'q');
    assertClose(report.sigmaY2, sigmaY2, 1e-9, 'sigmaY2');
    assert.ok(Math.abs(report.sigmaMu2 - sigmaMu2) < 1e-9 * q, 'sigmaMu2');
    assertClose(report.gamma, report.sigmaMu2 / report.sigmaY2, 1e-14, 'gamma');
    assert.ok(Math.abs(report.c) <= 1);
  }
});

test('layer 1 is affine in the inputs with the weights and biases of the draw', () => {
  const draw = { seed: 2n ** 63n + 5n, network: 4 };
  const run = engine.forward(network, draw, inputs);
  run.step();
  const h = run.preactivations();
  for (const unit of [0, 1, 17, 49]) {
    const place = { ...draw, layer: 1, row: unit };
    const row = engine.normals({ ...place, stream: 'weights', count: network.inputWidth });
    const [bias] = engine.normals({ ...place, stream: 'biases', count: 1 });
    for (const a of [0, 29]) {
      const x = inputs.subarray(a * network.inputWidth, (a + 1) * network.inputWidth);
      const product = x.reduce((sum, value, i) => sum + value * row[i], 0);
      const expected =
        Math.sqrt(init.sigmaW2 / network.inputWidth) * product + Math.sqrt(init.sigmaB2) * bias;
      assert.ok(Math.abs(h[a * network.width + unit] - expected) < 1e-5, `unit ${unit}`);
    }
  }
});

test('classes are the largest outputs', () => {
  const run = engine.forward(network, { seed: 5 }, inputs);
  while (!run.done) assert.equal(run.step({ measure: false }), null);
  const outputs = run.preactivations();
  const expected = Array.from({ length: count }, (_, a) => {
    const row = outputs.subarray(a * network.classes, (a + 1) * network.classes);
    return row.indexOf(Math.max(...row));
  });
  assert.deepEqual(Array.from(run.classes()), expected);
  assert.ok(new Set(expected).size > 1);
});

test('results are copies, and measuring changes nothing', () => {
  const run = engine.forward(network, { seed: 5 }, inputs);
  for (const _ of run);
  const outputs = run.preactivations();
  const classes = run.classes();
  const kept = outputs.slice();

  const again = engine.forward(network, { seed: 5 }, inputs);
  while (!again.done) again.step({ measure: false });
  assert.deepEqual(outputs, kept);
  assert.deepEqual(again.preactivations(), kept);
  assert.deepEqual(again.classes(), classes);
});

test('seed and network choose the draw; sigmaW2 and sigmaB2 do not', () => {
  const outputs = (change, draw) => {
    const run = engine.forward({ ...network, ...change }, draw, inputs);
    for (const _ of run);
    return run.preactivations();
  };
  const base = outputs({}, { seed: 7 });
  assert.deepEqual(outputs({}, { seed: 7n, network: 0 }), base);
  assert.notDeepEqual(outputs({}, { seed: 8 }), base);
  assert.notDeepEqual(outputs({}, { seed: 7, network: 1 }), base);

  const near = outputs({ sigmaW2: 2.500001 }, { seed: 7 });
  assert.notDeepEqual(near, base);
  near.forEach((value, index) => {
    assert.ok(Math.abs(value - base[index]) < 1e-3);
  });
});

test('other calls between steps leave a run alone', () => {
  const reports = [...engine.forward(network, { seed: 9 }, inputs)];
  const run = engine.forward(network, { seed: 9 }, inputs);
  const interleaved = [];
  while (!run.done) {
    engine.gaussianInputs(1, 500, 500);
    engine.fixedPoint(init);
    interleaved.push(run.step());
    run.preactivations().fill(0);
  }
  assert.deepEqual(interleaved, reports);
});

test('beginning a network ends the one before; engines are independent', async () => {
  const first = engine.forward(network, { seed: 1 }, inputs);
  const other = await loadEngine();
  const elsewhere = other.forward(network, { seed: 1 }, inputs);
  engine.forward(network, { seed: 2 }, inputs);
  for (const call of ['step', 'preactivations', 'classes']) {
    assert.throws(() => first[call](), /has ended/);
  }
  assert.equal([...elsewhere].length, network.depth + 1);
});

test('the largest class map fits: 96 x 96 pixels at width 512', () => {
  const plane = engine.planeInputs(1, 512, 96, 3);
  const wide = { ...network, inputWidth: 512, width: 512, depth: 1, classes: 2 };
  const run = engine.forward(wide, { seed: 1 }, plane);
  assert.equal([...run].length, 2);
  assert.equal(run.classes().length, 96 * 96);
});

test('plane inputs: pixel (i, j) has q_0 = s^2 + t^2, top row first', () => {
  const width = 64;
  const resolution = 5;
  const extent = 2.5;
  const plane = engine.planeInputs(11, width, resolution, extent);
  const pixel = (i, j) => plane.subarray((i * resolution + j) * width).subarray(0, width);
  const dot = (x, y) => x.reduce((sum, value, k) => sum + value * y[k], 0) / width;
  const coordinate = (j) => extent * ((2 * j + 1) / resolution - 1);
  for (let i = 0; i < resolution; i += 1) {
    for (let j = 0; j < resolution; j += 1) {
      const q0 = coordinate(i) ** 2 + coordinate(j) ** 2;
      assert.ok(Math.abs(dot(pixel(i, j), pixel(i, j)) - q0) < 1e-5, `${i} ${j}`);
    }
  }
  // s grows to the right, t upwards; e_1 is the first Gaussian input, scaled.
  const e1 = engine.gaussianInputs(11, 1, width);
  const e2 = engine.gaussianInputs(11, 2, width).subarray(width);
  assert.ok(dot(pixel(2, 4), e1) > 1);
  assert.ok(dot(pixel(2, 0), e1) < -1);
  assert.ok(dot(pixel(0, 2), e2) > 1);
});
