// Networks of every block and law of weights, and their gradients.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IgbError, IgbMemoryError, loadEngine } from 'igb';
import { assertClose, engine, readReference, thrown } from './support.mjs';

const init = { activation: 'tanh', sigmaW2: 1.7, sigmaB2: 0.3 };
const shape = { inputWidth: 4, width: 6, depth: 3, classes: 3 };
const network = { ...init, ...shape };
const draw = { seed: 5, network: 6 };

function refused(call, status, parameter) {
  const error = thrown(call);
  assert.ok(error instanceof IgbError, String(error));
  assert.equal(error.status, status);
  assert.equal(error.parameter, parameter);
  return error;
}

/** Runs to the end; the gradients of all layers, the output first. */
function gradientsOf(architecture, inputs, labels) {
  const run = engine.backpropagation(architecture, draw, inputs, labels);
  return { run, layers: [...run] };
}

/** The architecture of a row of tests/reference/gradients.csv or gram_networks.csv. */
function architectureOf(row) {
  const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  const fields = Object.fromEntries(Object.entries(row).map(([name, cell]) => [camel(name), cell]));
  const { activation, sigmaW2, sigmaB2, weights, inputWidth, width, depth, classes, ...rest } =
    fields;
  const { block: kind, ...block } = rest;
  const architecture = { activation, sigmaW2, sigmaB2, weights, inputWidth, width, depth, classes };
  return { ...architecture, block: { kind, ...block } };
}

// The numbers come from plain networks in double precision and finite differences; the engine computes
// in float32, 1e-6 of a gradient's length a layer.
test('gradients of every block and law of weights are those of the table', () => {
  const rows = readReference('gradients');
  assert.equal(new Set(rows.map(({ block }) => block)).size, engine.blocks.length);
  assert.equal(new Set(rows.map(({ weights }) => weights)).size, engine.weightLaws.length);
  for (let first = 0; first < rows.length; ) {
    const architecture = architectureOf(rows[first]);
    const positions = engine.positions(architecture.block);
    const inputs = engine.gaussianInputs(77, 3 * positions, architecture.inputWidth);
    const { run, layers } = gradientsOf(architecture, inputs, [0, 1, 2]);
    assert.equal(layers.length, architecture.depth + 2);
    for (const { layer, logSquares, logWeightSquares } of layers) {
      const row = rows[first++];
      const what = `${row.block} ${row.weights} layer ${layer}`;
      assert.equal(layer, row.layer, what);
      assertClose(run.losses()[1], row.loss, 1e-5, `${what} loss`);
      assert.ok(Math.abs(logSquares[1] - row.log_square) < 1e-4, `${what} by units`);
      if (row.log_weight_square === 'nan') continue;
      assert.ok(Math.abs(logWeightSquares[1] - row.log_weight_square) < 1e-4, `${what} by weights`);
    }
  }
});

test('names of pools and laws', () => {
  assert.deepEqual(engine.poolWidths, ['reduced', 'repeated']);
  assert.deepEqual(engine.weightLaws, ['gaussian', 'uniform', 'orthogonal']);
  const run = (change) => () =>
    engine.forward({ ...network, ...change }, draw, new Float32Array(8));
  const law = refused(run({ weights: 'cauchy' }), 'unknown_name', 'weights');
  assert.match(law.message, /"cauchy"; known: gaussian, uniform, orthogonal/);
  const pool = { kind: 'max_pool', poolWidth: 'halved' };
  assert.match(refused(run({ block: pool }), 'unknown_name', 'poolWidth').message, /reduced/);
});

test('what no network can be is refused by name', () => {
  const run = (change) => () =>
    engine.forward({ ...network, ...change }, draw, new Float32Array(64));
  refused(
    run({ block: { kind: 'convolution' }, weights: 'orthogonal' }),
    'unknown_name',
    'weights',
  );
  const pool = { kind: 'max_pool', pool: 4 };
  assert.match(
    refused(run({ block: pool }), 'out_of_range', 'width (a multiple of pool)').message,
    /width .* = 6/,
  );
  const grid = (change) => run({ block: { kind: 'convolution', ...change } });
  refused(grid({ dimensions: 3 }), 'out_of_range', 'dimensions');
  refused(grid({ side: 0 }), 'out_of_range', 'side');
  refused(grid({ side: 1.5 }), 'out_of_range', 'side');
  assert.match(refused(grid({ side: 3 }), 'out_of_range', 'inputs').message, /input_width \* 3/);
});

test('positions are those of the grid', () => {
  assert.equal(engine.positions({ kind: 'plain' }), 1);
  assert.equal(engine.positions({ kind: 'convolution' }), 8);
  assert.equal(engine.positions({ kind: 'delta_orthogonal', dimensions: 2, side: 5 }), 25);
  refused(() => engine.positions({ kind: 'convolution', side: 5000 }), 'out_of_range', 'side');
});

test('layer 1 of a convolution is the sum over its window, around the circle', () => {
  const block = { kind: 'convolution', taps: 3, side: 5 };
  for (const weights of ['gaussian', 'uniform']) {
    const inputs = engine.gaussianInputs(3, 2 * 5, shape.inputWidth);
    const run = engine.forward({ ...network, block, weights }, draw, inputs);
    run.step();
    const h = run.preactivations();
    assert.equal(h.length, 2 * 5 * shape.width);
    for (let unit = 0; unit < shape.width; unit += 1) {
      const place = { ...draw, layer: 1, row: unit };
      const deviates = weights === 'uniform' ? 'uniforms' : 'normals';
      const row = engine[deviates]({ ...place, stream: 'weights', count: 3 * shape.inputWidth });
      const [bias] = engine.normals({ ...place, stream: 'biases', count: 1 });
      for (let input = 0; input < 2; input += 1) {
        for (let position = 0; position < 5; position += 1) {
          let sum = 0;
          row.forEach((weight, i) => {
            const tap = Math.floor(i / shape.inputWidth);
            const from = input * 5 + ((position + tap + 4) % 5);
            sum += weight * inputs[from * shape.inputWidth + (i % shape.inputWidth)];
          });
          const scale = Math.sqrt(init.sigmaW2 / (3 * shape.inputWidth));
          const expected = scale * sum + Math.sqrt(init.sigmaB2) * bias;
          const actual = h[(input * 5 + position) * shape.width + unit];
          assert.ok(Math.abs(actual - expected) < 1e-5, `${weights}, unit ${unit}`);
        }
      }
    }
  }
});

test('a report of a convolution is the mean over its positions', () => {
  const block = { kind: 'convolution', dimensions: 2, side: 3 };
  const inputs = engine.gaussianInputs(3, 4 * 9, shape.inputWidth);
  const run = engine.forward({ ...network, block }, draw, inputs);
  const { q } = run.step();
  const h = run.preactivations();
  assertClose(q, h.reduce((sum, x) => sum + x * x, 0) / h.length, 1e-9, 'q');
  while (!run.done) run.step();
  assert.equal(run.preactivations().length, 4 * shape.classes);
  assert.equal(run.classes().length, 4);
});

test('uniform deviates fill +-sqrt 3, wherever a row is cut', () => {
  const place = { seed: 4, stream: 'weights', layer: 2, row: 1 };
  const values = engine.uniforms({ ...place, count: 40000 });
  const mean = (of) => values.reduce((sum, x) => sum + of(x), 0) / values.length;
  assert.ok(values.every((x) => Math.abs(x) <= Math.sqrt(3) + 1e-6));
  // Six standard errors: false alarms with other seeds 1 in 10^8.
  assert.ok(Math.abs(mean((x) => x)) < 6 / 200);
  assert.ok(Math.abs(mean((x) => x * x) - 1) < (6 / 200) * Math.sqrt(0.8));
  assert.deepEqual(engine.uniforms({ ...place, firstColumn: 3, count: 9 }), values.slice(3, 12));
  const out = new Float32Array(5);
  assert.equal(engine.uniforms({ ...place, count: 5, out }), out);
  assert.deepEqual(out, values.slice(0, 5));
  refused(() => engine.uniforms({ ...place, stream: 'x', count: 1 }), 'unknown_name', 'stream');
});

const inputs = engine.gaussianInputs(9, 4, shape.inputWidth);
const labels = [2, 0, 1, 1];

test('gradients go up without a report and down with one', () => {
  const run = engine.backpropagation(network, draw, inputs, labels);
  const seen = [];
  assert.equal(run.layer, 0);
  while (!run.done) {
    const gradient = run.step();
    assert.equal(gradient === null, !run.descending);
    if (gradient !== null) assert.equal(gradient.layer, run.layer);
    seen.push(run.layer);
  }
  assert.deepEqual(seen, [1, 2, 3, 4, 3, 2, 1, 0]);
  refused(() => run.step(), 'finished', 'layer');
  assert.deepEqual([...run], []);
  const layers = gradientsOf(network, inputs, labels).layers;
  assert.deepEqual(
    layers.map(({ layer }) => layer),
    [4, 3, 2, 1, 0],
  );
});

test('outputs, classes and losses belong together, and are those of the network', () => {
  const { run } = gradientsOf(network, inputs, labels);
  const forward = [run.outputs(), run.losses(), run.classes()];
  const [outputs, losses, classes] = forward;
  for (let a = 0; a < 4; a += 1) {
    const row = Array.from(outputs.subarray(3 * a, 3 * a + 3));
    const normaliser = Math.log(row.reduce((sum, h) => sum + Math.exp(h), 0));
    assertClose(losses[a], normaliser - row[labels[a]], 1e-12, `loss ${a}`);
    assert.equal(classes[a], row.indexOf(Math.max(...row)));
  }
  const plain = engine.forward(network, draw, inputs);
  for (const _ of plain);
  assert.deepEqual(plain.preactivations(), outputs);
  assert.deepEqual(plain.classes(), classes);
});

test('the gradient by the output is softmax - one-hot; squares are those of the gradients', () => {
  const run = engine.backpropagation(network, draw, inputs, labels);
  let gradient = null;
  while (gradient === null) gradient = run.step();
  const outputs = run.outputs();
  const { values, logScales } = run.gradients();
  assert.equal(values.length, 4 * 3);
  for (let a = 0; a < 4; a += 1) {
    const exponentials = Array.from(outputs.subarray(3 * a, 3 * a + 3), Math.exp);
    const sum = exponentials.reduce((x, y) => x + y);
    exponentials.forEach((e, k) => {
      const expected = e / sum - Number(k === labels[a]);
      assertClose(values[3 * a + k] * Math.exp(logScales[a]), expected, 1e-5, `class ${k} of ${a}`);
    });
  }
  for (; gradient !== null; gradient = run.done ? null : run.step()) {
    const now = run.gradients();
    const units = now.values.length / 4;
    assert.equal(units, { 4: 3, 0: 4 }[gradient.layer] ?? 6);
    for (const [a, logSquare] of gradient.logSquares.entries()) {
      const row = now.values.subarray(a * units, (a + 1) * units);
      const square = row.reduce((sum, g) => sum + g * g, 0) / units;
      const difference = logSquare - Math.log(square) - 2 * now.logScales[a];
      assert.ok(Math.abs(difference) < 1e-9, `layer ${gradient.layer}, input ${a}`);
    }
  }
});

test('an input without a label has no loss and no gradient', () => {
  const all = gradientsOf(network, inputs, labels);
  const { run, layers } = gradientsOf(network, inputs, [2, null, 1, 1]);
  assert.equal(run.losses()[1], 0);
  for (const [index, { logSquares, logWeightSquares }] of layers.entries()) {
    assert.equal(logSquares[1], -Infinity);
    if (index > 0) assert.equal(logWeightSquares[1], -Infinity);
    for (const a of [0, 2, 3]) assert.equal(logSquares[a], all.layers[index].logSquares[a]);
  }
  assert.equal(gradientsOf(network, inputs, Uint16Array.of(2, 65535, 1, 1)).run.losses()[1], 0);
});

test('labels are checked', () => {
  const run = (list) => () => engine.backpropagation(network, draw, inputs, list);
  assert.throws(run([0, 1, 2]), /labels\.length = 3 is not the number of inputs, 4/);
  assert.throws(run([0, 1, 2, 0, 1]), RangeError);
  assert.equal(refused(run([0, 3, 1, 1]), 'out_of_range', 'label').high, 2);
  for (const bad of [1.5, -1, 65536, NaN, undefined, '1']) {
    refused(run([0, bad, 1, 1]), 'out_of_range', 'label');
  }
});

test('gradients are refused before there are any, and after an overflow', () => {
  const run = engine.backpropagation(network, draw, inputs, labels);
  for (const call of ['losses', 'classes', 'outputs', 'gradients']) {
    refused(() => run[call](), 'out_of_range', 'layer');
  }
  const steep = { ...network, activation: 'linear', sigmaW2: 1e6, depth: 20 };
  const lost = engine.backpropagation(steep, draw, inputs, labels);
  assert.equal(refused(() => [...lost], 'non_finite', 'layer').value, lost.layer + 1);
  refused(() => lost.losses(), 'non_finite', 'layer');
  refused(() => lost.outputs(), 'non_finite', 'layer');
});

test('gradients end with what their engine begins, and give their memory back', async () => {
  const other = await loadEngine();
  const run = other.backpropagation(network, draw, inputs, labels);
  run.step();
  other.forward(network, draw, inputs);
  for (const call of ['step', 'losses', 'classes', 'outputs', 'gradients']) {
    assert.throws(() => run[call](), /has ended/);
  }
  other.backpropagation(network, draw, inputs, labels);
  other.phaseMap({ activation: 'erf' });
  thrown(() => other.backpropagation(network, draw, inputs, [9, 9, 9, 9]));
  const free = thrown(() => other.gaussianInputs(1, 2 ** 20, 64)).bytesAvailable;
  assert.equal(free, other.capacity);
});

test('gradients that do not fit name bytes needed and available', () => {
  const wide = { ...network, inputWidth: 1, width: 512, depth: 50 };
  const error = thrown(() =>
    engine.backpropagation(wide, draw, new Float32Array(1000), new Uint16Array(1000)),
  );
  assert.ok(error instanceof IgbMemoryError, String(error));
  assert.equal(error.bytesNeeded, engine.backpropagationBytes(wide, 1000) + 4000);
  assert.ok(error.bytesNeeded > 20 * engine.forwardBytes(wide, 1000));
  assert.equal(error.bytesAvailable, engine.capacity);
});

const wide = { ...init, inputWidth: 5, width: 2000, depth: 4, classes: 2 };
const few = engine.gaussianInputs(2, 6, wide.inputWidth);

test('a network from its Gram matrix has the moments of theory, in memory free of the width', () => {
  const run = engine.gramNetwork(wide, draw, few);
  assert.equal(run.layer, 0);
  const reports = [...run];
  assert.equal(run.layer, 5);
  assert.deepEqual(
    reports.map(({ layer }) => layer),
    [1, 2, 3, 4, 5],
  );
  const kernel = engine.kernel(init, { inputs: few, width: wide.inputWidth });
  for (const { layer, q, c } of reports.slice(0, 4)) {
    const theory = kernel.step();
    // Six standard errors of a layer of 2000 units, sqrt(2 / 2000), and of those below.
    assert.ok(Math.abs(q / theory.q - 1) < 6 * Math.sqrt((2 * layer) / 2000), `q of ${layer}`);
    assert.ok(Math.abs(c - theory.c) < 6 * Math.sqrt(layer / 2000), `c of ${layer}`);
  }
  const bytes = engine.gramBytes(wide, 6);
  assert.equal(engine.gramBytes({ ...wide, width: 1e5 }, 6), bytes);
  assert.ok(engine.gramBytes({ ...wide, width: 1e5 }, 100) < 2 ** 20);
});

// The numbers come from the plain construction in double precision.
test('networks from Gram matrices are those of the table', () => {
  const rows = readReference('gram_networks');
  for (let first = 0; first < rows.length; ) {
    const architecture = architectureOf(rows[first]);
    const inputs = engine.gaussianInputs(31, 12, architecture.inputWidth);
    for (const report of engine.gramNetwork(architecture, draw, inputs)) {
      const row = rows[first++];
      const what = `${row.block} ${row.activation} layer ${row.layer}`;
      assert.equal(report.layer, row.layer, what);
      assertClose(report.q, row.q, 1e-4, `${what} q`);
      assertClose(report.sigmaY2, row.sigma_y2, 1e-4, `${what} sigma_y2`);
      assert.ok(Math.abs(report.sigmaMu2 - row.sigma_mu2) < 1e-4 * row.q, `${what} sigma_mu2`);
      assert.ok(Math.abs(report.c - row.c) < 1e-4, `${what} c`);
    }
  }
});

test('a Gram network draws anew by seed and network, ends, and knows its classes', () => {
  const first = [...engine.gramNetwork(wide, draw, few)];
  const run = engine.gramNetwork(wide, draw, few);
  refused(() => run.classes(), 'out_of_range', 'layer');
  assert.deepEqual([...run], first);
  const classes = run.classes();
  assert.equal(classes.length, 6);
  assert.ok(classes.every((guess) => guess < 2));
  refused(() => run.step(), 'finished', 'layer');
  const other = engine.gramNetwork(wide, { ...draw, network: 7 }, few);
  assert.throws(() => run.classes(), /has ended/);
  assert.notEqual(other.step().q, first[0].q);
  assert.equal(other.step({ measure: false }), null);
  refused(
    () => engine.gramNetwork({ ...wide, weights: 'uniform' }, draw, few),
    'unknown_name',
    'weights',
  );
});

test('the effective rank is the participation ratio of the Gram matrix', () => {
  const run = engine.forward(network, draw, inputs);
  refused(() => run.effectiveRank(), 'out_of_range', 'layer');
  run.step();
  const h = run.preactivations();
  const units = h.length / 4;
  const product = (a, b) =>
    h.subarray(a * units, (a + 1) * units).reduce((sum, x, i) => sum + x * h[b * units + i], 0);
  let trace = 0;
  let squares = 0;
  for (let a = 0; a < 4; a += 1) {
    trace += product(a, a);
    for (let b = 0; b < 4; b += 1) squares += product(a, b) ** 2;
  }
  const { uncentred, centred } = run.effectiveRank();
  assertClose(uncentred, (trace * trace) / squares, 1e-9, 'uncentred');
  assert.ok(centred > 1 && centred <= 3);
});
