// Networks that learn, through the binding.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { IgbError, IgbMemoryError, loadEngine } from 'igb';
import { assertClose, engine, readReference, thrown } from './support.mjs';

const network = {
  activation: 'tanh',
  sigmaW2: 1.5,
  sigmaB2: 0.05,
  inputWidth: 10,
  width: 64,
  depth: 4,
  classes: 4,
};
const draw = { seed: 11, network: 3 };
const batch = 32;
const inputs = engine.gaussianInputs(5, batch, network.inputWidth);
const labels = Uint16Array.from({ length: batch }, (_, a) => a % network.classes);
const adam = { optimiser: 'adam', learningRate: 0.002, batch };

function refused(call, status, parameter) {
  const error = thrown(call);
  assert.ok(error instanceof IgbError, String(error));
  assert.equal(error.status, status, error.message);
  assert.equal(error.parameter, parameter, error.message);
  return error;
}

/** A training of the table tests/reference/learning.csv, `learn(step)` being one of its steps. */
function tableTraining(block, optimiser) {
  const residual = { kind: 'residual', sigmaV2: 1, sigmaA2: 0.1 };
  const training = engine.training(
    {
      activation: 'tanh',
      sigmaW2: 1.7,
      sigmaB2: 0.3,
      block: block === 'residual' ? residual : { kind: block },
      inputWidth: 2,
      width: 8,
      depth: 3,
      classes: 2,
    },
    draw,
    {
      optimiser,
      learningRate: optimiser === 'adam' ? 0.01 : 0.05,
      weightDecay: 0.1,
      batch: 8,
    },
  );
  const points = engine.planarSet({ kind: 'moons', noise: 0.1 }, { seed: 9 }, 24);
  const learn = (step) => {
    const order = engine.shuffled(13, Math.floor(step / 3), 24, {
      first: (step % 3) * 8,
      length: 8,
    });
    const some = Float32Array.from({ length: 16 }, (_, i) => {
      return points.inputs[2 * order[i >> 1] + (i % 2)];
    });
    training.trainStep(
      some,
      Array.from(order, (place) => points.labels[place]),
    );
  };
  return { training, learn };
}

const floatsOf = (snapshot) => new Float32Array(snapshot.slice(128).buffer);

test('thirty-two points are learnt by heart', () => {
  for (const [optimiser, learningRate] of Object.entries({
    sgd: 0.05,
    momentum: 0.05,
    adam: 0.002,
  })) {
    const training = engine.training(network, draw, { optimiser, learningRate, batch });
    assert.equal(training.steps, 0);
    assert.ok(Number.isNaN(training.loss) && Number.isNaN(training.accuracy));
    training.trainStep(inputs, labels);
    assert.ok(training.accuracy < 0.7, `${training.accuracy}`);
    for (let step = 0; step < 600; step += 1) training.trainStep(inputs, labels);
    assert.equal(training.steps, 601);
    assert.equal(training.accuracy, 1);
    assert.ok(training.loss < 0.05, `${training.loss}`);
    training.end();
  }
});

test('learning follows the reference, step by step', () => {
  const rows = readReference('learning');
  assert.equal(rows.length, 360);
  let now = null;
  for (const { block, optimiser, step, loss } of rows) {
    if (step === 0) {
      now?.training.end();
      now = tableTraining(block, optimiser);
    }
    now.learn(step);
    assertClose(now.training.loss, loss, 1e-4, `${block}, ${optimiser}, step ${step}`);
  }
  now.training.end();
});

test('a native snapshot is gone on from, and those of the module are its like', () => {
  const native = readFileSync(new URL('../../tests/reference/learning.snapshot', import.meta.url));
  const straight = tableTraining('plain', 'sgd');
  for (let step = 0; step < 60; step += 1) straight.learn(step);
  const resumed = tableTraining('plain', 'sgd');
  resumed.training.restore(native);
  assert.equal(resumed.training.steps, 60);
  assert.deepEqual(resumed.training.save(), new Uint8Array(native));

  const ours = straight.training.save();
  assert.equal(ours.length, native.length);
  // magic, version, size, fingerprint, steps and number of floats; sums follow
  assert.deepEqual(ours.slice(0, 40), new Uint8Array(native).slice(0, 40));
  const [x, y] = [floatsOf(ours), floatsOf(new Uint8Array(native))];
  x.forEach((value, i) => {
    assert.ok(Math.abs(value - y[i]) < 1e-4, `float ${i}: ${value} and ${y[i]}`);
  });
  for (let step = 60; step < 70; step += 1) {
    straight.learn(step);
    resumed.learn(step);
    assertClose(resumed.training.loss, straight.training.loss, 1e-4, `step ${step}`);
  }
  straight.training.end();
  resumed.training.end();
});

test('a snapshot resumes bit for bit', () => {
  const training = engine.training(network, draw, adam);
  for (let step = 0; step < 5; step += 1) training.trainStep(inputs, labels);
  const snapshot = training.save();
  for (let step = 0; step < 5; step += 1) training.trainStep(inputs, labels);
  const expected = training.save();
  training.restore(snapshot);
  assert.equal(training.steps, 5);
  assert.deepEqual(training.save(), snapshot);
  for (let step = 0; step < 5; step += 1) training.trainStep(inputs, labels);
  assert.deepEqual(training.save(), expected);
  training.end();
});

test('four trainings side by side learn as each alone, and networks run between their steps', () => {
  const variants = [0.5, 1.5, 2.5, 5].map((sigmaW2) => ({ ...network, sigmaW2 }));
  const steps = 12;
  const alone = variants.map((variant) => {
    const training = engine.training(variant, draw, adam);
    for (let step = 0; step < steps; step += 1) training.trainStep(inputs, labels);
    const result = { loss: training.loss, snapshot: training.save() };
    training.end();
    return result;
  });
  const trainings = variants.map((variant) => engine.training(variant, draw, adam));
  for (let step = 0; step < steps; step += 1) {
    for (const training of trainings) {
      training.trainStep(inputs, labels);
      for (const _ of training.forward(inputs));
      training.save().fill(0);
      engine.gaussianInputs(1, 500, 500);
    }
    engine.forward(network, { seed: step }, inputs).step();
  }
  trainings.forEach((training, i) => {
    assert.equal(training.loss, alone[i].loss);
    assert.deepEqual(training.save(), alone[i].snapshot);
    training.end();
  });
});

test('memory of a training that ended is taken again, in any order', async () => {
  const own = await loadEngine();
  const whole = own.capacity;
  const bytes = own.trainingBytes(network, adam);
  const many = [1, 2, 3].map((seed) => own.training(network, { seed }, adam));
  assert.equal(own.capacity, whole - 3 * bytes);
  const kept = many[2].save();
  many[0].end();
  many[0].end();
  assert.equal(own.capacity, whole - 3 * bytes);
  const custom = { ...network, activation: { expression: 'x / (1 + abs(x))' }, depth: 2 };
  const again = own.training(custom, { seed: 4 }, adam);
  assert.equal(own.capacity, whole - 3 * bytes);
  again.trainStep(inputs, labels);
  assert.equal([...again.forward(inputs)].length, 3);
  many[1].trainStep(inputs, labels);
  assert.deepEqual(many[2].save(), kept);
  many[1].end();
  many[2].end();
  assert.equal(own.capacity, whole - own.trainingBytes(custom, adam));
  again.end();
  assert.equal(own.capacity, whole);
  const free = thrown(() => own.gaussianInputs(1, 2 ** 20, 64)).bytesAvailable;
  assert.equal(free, whole);
});

test('gradients of a mini-batch are those of backpropagation', () => {
  const training = engine.training(network, draw, adam);
  refused(() => training.gradientSquares(), 'out_of_range', 'steps');
  training.trainStep(inputs, labels);
  const squares = training.gradientSquares();
  assert.equal(squares.length, 5 * 5);
  for (const { layer, logSquares } of engine.backpropagation(network, draw, inputs, labels)) {
    if (layer === 0) continue;
    for (let label = 0; label < 4; label += 1) {
      const those = logSquares.filter((_, a) => labels[a] === label);
      const mean = those.reduce((sum, value) => sum + Math.exp(value), 0) / those.length;
      assertClose(squares[(layer - 1) * 5 + label], mean, 1e-4, `layer ${layer}, label ${label}`);
    }
  }
  training.trainStep(inputs.subarray(0, 10), labels.subarray(0, 1));
  assert.ok(Number.isNaN(training.gradientSquares()[1]));
  training.end();
});

test('a trained network runs as any other; before it has learnt it is the drawn one', () => {
  const training = engine.training(network, draw, adam);
  const outputs = (run) => {
    for (const _ of run);
    return run.preactivations();
  };
  const drawn = outputs(engine.forward(network, draw, inputs));
  outputs(training.forward(inputs)).forEach((value, i) => {
    assert.ok(Math.abs(value - drawn[i]) < 1e-4);
  });
  for (let step = 0; step < 300; step += 1) training.trainStep(inputs, labels);
  const run = training.forward(inputs);
  assert.equal([...run].length, network.depth + 1);
  assert.deepEqual(run.classes(), labels);
  training.trainStep(inputs, labels);
  assert.deepEqual(run.classes(), labels); // done: what it found stays

  const underWay = training.forward(inputs);
  underWay.step();
  training.trainStep(inputs, labels);
  assert.throws(() => underWay.step(), /has ended: its training has gone on/);
  const other = training.forward(inputs);
  engine.forward(network, draw, inputs);
  assert.throws(() => other.step(), /has ended: its engine has begun another/);
  const last = training.forward(inputs);
  training.end();
  assert.throws(() => last.step(), /has ended: its training has ended/);
});

test('what is no mini-batch is refused and changes nothing', () => {
  const training = engine.training(network, draw, adam);
  const before = training.save();
  const step = (some, theirs) => () => training.trainStep(some, theirs);
  refused(step(new Float32Array(), []), 'out_of_range', 'batch');
  const many = { inputs: new Float32Array(330), labels: new Uint16Array(33) };
  assert.equal(refused(step(many.inputs, many.labels), 'out_of_range', 'batch').high, batch);
  const values = refused(step(inputs.subarray(1), labels), 'out_of_range', 'inputs');
  assert.deepEqual([values.value, values.low], [319, 320]);
  for (const bad of [4, 65535, -1, 0.5, null, undefined]) {
    const list = Array.from(labels);
    list[7] = bad;
    refused(step(inputs, list), 'out_of_range', 'label');
  }
  refused(step(inputs.slice().fill(NaN), labels), 'non_finite', 'layer');
  assert.deepEqual(training.save(), before);
  assert.equal(training.steps, 0);
  training.end();
});

test('rules and trainings that there are not are refused by name', () => {
  const begin = (change) => () => engine.training(network, draw, { ...adam, ...change });
  assert.match(
    refused(begin({ optimiser: 'lion' }), 'unknown_name', 'optimiser').message,
    /"lion"; known: sgd, momentum, adam/,
  );
  refused(begin({ learningRate: 0 }), 'out_of_range', 'learningRate');
  refused(begin({ learningRate: undefined }), 'out_of_range', 'learningRate');
  refused(begin({ momentum: 1 }), 'out_of_range', 'momentum');
  refused(begin({ beta2: -1 }), 'out_of_range', 'beta2');
  refused(begin({ epsilon: 0 }), 'out_of_range', 'epsilon');
  refused(begin({ weightDecay: 501 }), 'out_of_range', 'weightDecay');
  refused(begin({ batch: 0 }), 'out_of_range', 'inputs');
  refused(begin({ batch: 1.5 }), 'out_of_range', 'batch');
  refused(() => engine.training({ ...network, classes: 1 }, draw, adam), 'out_of_range', 'classes');
  refused(() => engine.training(network, { seed: -1 }, adam), 'out_of_range', 'seed');
});

test('trainings that do not fit name bytes needed and available, and harm nothing', async () => {
  const own = await loadEngine();
  const whole = own.capacity;
  const wide = { ...network, width: 1000, depth: 30 };
  const error = thrown(() => own.training(wide, draw, adam));
  assert.ok(error instanceof IgbMemoryError, String(error));
  assert.equal(error.bytesNeeded, own.trainingBytes(wide, adam));
  assert.equal(error.bytesAvailable, whole);
  assert.equal(own.capacity, whole);
  const first = own.training(network, draw, adam);
  first.trainStep(inputs, labels);
  const second = thrown(() => own.training(wide, draw, adam));
  assert.equal(second.bytesAvailable, whole - own.trainingBytes(network, adam));
  first.trainStep(inputs, labels);
  assert.equal(first.steps, 2);
  first.end();
  thrown(() => own.training(network, { seed: -1 }, adam));
  assert.equal(own.capacity, whole);
});

test('as many trainings fit as the README says', async () => {
  const own = await loadEngine();
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| (784) +\| (\d+) +\| (\d+) +\|(.*)\|$/gm)];
  assert.equal(rows.length, 3);
  for (const [, inputWidth, width, depth, cells] of rows) {
    const shape = { inputWidth: Number(inputWidth), width: Number(width), depth: Number(depth) };
    for (const [i, cell] of cells.split('|').entries()) {
      const [, mebibytes, count] = /([\d.]+) \((\d+)\)/.exec(cell);
      const rule = { optimiser: own.optimisers[i], learningRate: 0.1, batch: 100 };
      const bytes = own.trainingBytes({ ...network, ...shape, classes: 2 }, rule);
      assert.equal((bytes / 2 ** 20).toFixed(1), mebibytes);
      assert.equal(Math.floor(own.capacity / bytes), Number(count));
    }
  }
});

test('four networks of Fashion-MNIST fit, of width 128 and depth 30', async () => {
  const own = await loadEngine();
  const whole = own.capacity;
  const deep = { ...network, inputWidth: 784, width: 128, depth: 30, classes: 2 };
  const rule = { optimiser: 'adam', learningRate: 1e-3, batch: 100 };
  const four = [1, 2, 3, 4].map((seed) => own.training(deep, { seed }, rule));
  const images = own.gaussianInputs(1, 100, 784);
  const parity = Uint16Array.from({ length: 100 }, (_, a) => a % 2);
  for (const training of four) {
    training.trainStep(images, parity);
    assert.equal([...training.forward(images)].length, 31);
    assert.ok(training.save().length > 4 * 3 * 128 * (784 + 29 * 128));
  }
  assert.ok(own.capacity > 0 && own.capacity < whole / 2);
});

test('a training that overflowed is finished until a snapshot is restored', () => {
  const steep = { ...network, activation: 'relu', sigmaW2: 2 };
  const training = engine.training(steep, draw, { learningRate: 1e6, batch });
  const snapshot = training.save();
  let error = null;
  for (let step = 0; error === null && step < 100; step += 1) {
    try {
      training.trainStep(inputs, labels);
    } catch (caught) {
      error = caught;
    }
  }
  assert.equal(error?.status, 'non_finite', String(error));
  assert.equal(error.parameter, 'layer');
  refused(() => training.trainStep(inputs, labels), 'finished', 'steps');
  refused(() => training.save(), 'non_finite', 'steps');
  refused(() => training.gradientSquares(), 'non_finite', 'layer');
  training.restore(snapshot);
  assert.equal(training.steps, 0);
  training.trainStep(inputs, labels);
  training.end();
});

test('snapshots that are not its own are refused and change nothing', () => {
  const training = engine.training(network, draw, adam);
  const snapshot = training.save();
  const other = engine.training(network, { seed: 12 }, adam);
  const before = other.save();
  const damaged = snapshot.slice();
  damaged[snapshot.length - 1] ^= 1;
  const strange = refused(() => other.restore(snapshot), 'syntax', 'snapshot');
  assert.match(strange.detail, /same architecture, draw and learning rule/);
  assert.match(refused(() => training.restore(damaged), 'syntax', 'snapshot').detail, /undamaged/);
  for (const length of [0, 100, snapshot.length - 1]) {
    refused(() => training.restore(snapshot.subarray(0, length)), 'buffer_too_small', 'snapshot');
  }
  assert.deepEqual(other.save(), before);
  assert.deepEqual(training.save(), snapshot);
  other.end();
  training.end();
  for (const call of ['save', 'gradientSquares', 'trainStep', 'restore', 'forward']) {
    assert.throws(() => training[call](inputs, labels), /this training has ended/);
  }
  assert.throws(() => training.steps, /this training has ended/);
});

test('orders are permutations, new in every epoch', () => {
  const order = engine.shuffled(3, 0, 1000);
  assert.deepEqual(
    Array.from(order).sort((a, b) => a - b),
    Array.from({ length: 1000 }, (_, i) => i),
  );
  assert.deepEqual(engine.shuffled(3n, 0, 1000, { first: 100, length: 50 }), order.slice(100, 150));
  assert.deepEqual(engine.shuffled(3, 0, 1000, { first: 990 }), order.slice(990));
  assert.notDeepEqual(engine.shuffled(3, 1, 1000), order);
  assert.notDeepEqual(engine.shuffled(4, 0, 1000), order);
  refused(() => engine.shuffled(3, 0, 0), 'out_of_range', 'count');
  refused(() => engine.shuffled(3, 0, 10, { first: 11, length: 0 }), 'out_of_range', 'first');
  refused(() => engine.shuffled(3, 0, 10, { first: 5, length: 6 }), 'out_of_range', 'length');
});

test('planar sets: mean 0, variance 1, labels in turns', () => {
  assert.deepEqual(engine.planarSets, ['blobs', 'moons', 'circles', 'spirals', 'xor']);
  assert.deepEqual(engine.optimisers, ['sgd', 'momentum', 'adam']);
  for (const kind of engine.planarSets) {
    const { inputs: points, labels: classes } = engine.planarSet({ kind }, { seed: 2 }, 4000);
    for (const axis of [0, 1]) {
      const along = points.filter((_, i) => i % 2 === axis);
      const mean = along.reduce((sum, x) => sum + x, 0) / 4000;
      const variance = along.reduce((sum, x) => sum + x * x, 0) / 4000 - mean * mean;
      assert.ok(
        Math.abs(mean) < 0.08 && Math.abs(variance - 1) < 0.15,
        `${kind} ${mean} ${variance}`,
      );
    }
    assert.ok(classes.every((label, i) => label === i % 2));
    const fewer = engine.planarSet({ kind }, { seed: 2 }, 10);
    assert.deepEqual(fewer.inputs, points.slice(0, 20));
    assert.notDeepEqual(engine.planarSet({ kind }, { seed: 2, network: 1 }, 10), fewer);
  }
  assert.equal(
    Math.max(...engine.planarSet({ kind: 'blobs', classes: 5 }, { seed: 1 }, 9).labels),
    4,
  );
  refused(() => engine.planarSet({ kind: 'moon' }, { seed: 1 }, 9), 'unknown_name', 'kind');
  refused(
    () => engine.planarSet({ kind: 'moons', classes: 3 }, { seed: 1 }, 9),
    'out_of_range',
    'classes',
  );
  refused(
    () => engine.planarSet({ kind: 'xor', noise: -1 }, { seed: 1 }, 9),
    'out_of_range',
    'noise',
  );
});
