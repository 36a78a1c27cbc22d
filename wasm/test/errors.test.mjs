import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IgbError, IgbMemoryError } from 'igb';
import { engine, thrown } from './support.mjs';

const init = { activation: 'tanh', sigmaW2: 1.5, sigmaB2: 0.1 };
const network = { ...init, inputWidth: 5, width: 16, depth: 3, classes: 2 };
const inputs = engine.gaussianInputs(1, 4, 5);
const forward = (change) => () => engine.forward({ ...network, ...change }, { seed: 1 }, inputs);

function assertRefused(call, status, parameter, value) {
  const error = thrown(call);
  assert.ok(error instanceof IgbError, String(error));
  assert.equal(error.status, status);
  assert.equal(error.parameter, parameter);
  if (value !== undefined) assert.equal(error.value, value);
  return error;
}

test('an error carries code, parameter, value, range and message', () => {
  const call = () => engine.fixedPoint({ ...init, sigmaW2: -1 });
  const error = assertRefused(call, 'out_of_range', 'sigmaW2', -1);
  assert.equal(error.name, 'IgbError');
  assert.equal(error.code, 1);
  assert.equal(error.low, 1e-6);
  assert.equal(error.high, 1e6);
  assert.match(error.message, /sigma_w2 = -1 .*1e-06 to 1000000/);
});

test('every number of an initialisation is checked', () => {
  for (const bad of [NaN, Infinity, -Infinity, -1, 1e7]) {
    for (const parameter of ['sigmaW2', 'sigmaB2']) {
      assertRefused(
        () => engine.fixedPoint({ ...init, [parameter]: bad }),
        'out_of_range',
        parameter,
        bad,
      );
    }
  }
  assertRefused(() => engine.fixedPoint({ ...init, sigmaW2: 0 }), 'out_of_range', 'sigmaW2', 0);
});

test('every number of an architecture is checked, and reaches its own field', () => {
  for (const [parameter, bad] of [
    ['inputWidth', 0],
    ['inputWidth', 2 ** 20 + 1],
    ['width', 0],
    ['width', 2 ** 20 + 2],
    ['depth', 0],
    ['depth', 2 ** 20 + 3],
    ['classes', 1],
    ['classes', 2 ** 12 + 4],
    ['sigmaW2', -2],
    ['sigmaB2', -3],
    ['width', 1.5],
    ['width', -1],
    ['depth', 2 ** 32],
    ['classes', NaN],
    ['classes', undefined],
  ]) {
    assertRefused(forward({ [parameter]: bad }), 'out_of_range', parameter, Number(bad));
  }
});

test('a fraction says that an integer is wanted', () => {
  assert.match(thrown(forward({ width: 1.5 })).message, /width = 1\.5 .*integer/);
});

test('an unknown activation names those known', () => {
  for (const call of [
    () => engine.fixedPoint({ ...init, activation: 'step' }),
    () => engine.edgeOfChaos({ activation: 'step', sigmaB2: 0.1 }),
    () => engine.isoGamma({ activation: 'step', sigmaB2: 0.1, gamma: 1 }),
    forward({ activation: 'step' }),
  ]) {
    const error = assertRefused(call, 'unknown_name', 'activation');
    assert.match(error.message, /step.*linear.*relu.*tanh.*erf/);
  }
});

test('seeds are whole: safe integers or 64-bit bigints', () => {
  for (const seed of [-1, 0.5, NaN, 2 ** 53, -1n, 2n ** 64n]) {
    assertRefused(() => engine.gaussianInputs(seed, 1, 1), 'out_of_range', 'seed', Number(seed));
  }
  assert.equal(engine.gaussianInputs(2n ** 64n - 1n, 1, 1).length, 1);
});

test('arguments of the other functions are checked', () => {
  const refuse = (call, parameter, value) => assertRefused(call, 'out_of_range', parameter, value);
  refuse(() => engine.trajectory(init, { q0: 0, count: 3 }), 'q0', 0);
  refuse(() => engine.trajectory(init, { c0: 1.5, count: 3 }), 'c0', 1.5);
  refuse(() => engine.trajectory(init, { count: 0 }), 'count', 0);
  refuse(() => engine.trajectory(init, { count: -1 }), 'count', -1);
  refuse(() => engine.edgeOfChaos({ activation: 'tanh', sigmaB2: -0.5 }), 'sigmaB2', -0.5);
  refuse(() => engine.isoGamma({ ...init, gamma: -2 }), 'gamma', -2);
  refuse(() => engine.law(-1), 'gamma', -1);
  refuse(() => engine.law(NaN), 'gamma', NaN);
  refuse(() => engine.law(1).cdf(NaN), 'g', NaN);
  refuse(() => engine.law(1).quantile(1.5), 'p', 1.5);
  refuse(() => engine.finiteTwoClassLaw(-1, 10), 'gamma', -1);
  refuse(() => engine.finiteTwoClassLaw(1, 0), 'inputs', 0);
  assert.throws(() => engine.ksDistance([1, 2], [1]), RangeError);
  assert.throws(() => engine.ksDistance([0, 0], [0.5, 0.5]), IgbError);
  refuse(() => engine.planeInputs(1, 0, 4, 1), 'width', 0);
  refuse(() => engine.planeInputs(1, 4, 0, 1), 'resolution', 0);
  refuse(() => engine.gaussianInputs(1, 0, 4), 'count', 0);
  const normals = { seed: 1, stream: 'weights', layer: 0, row: 0, count: 4 };
  refuse(() => engine.normals({ ...normals, layer: 2 ** 24 }), 'layer', 2 ** 24);
  refuse(() => engine.normals({ ...normals, network: -1 }), 'network', -1);
  assertRefused(() => engine.normals({ ...normals, stream: 'noise' }), 'unknown_name', 'stream');
  for (const length of [3, 5]) {
    const out = new Float32Array(length);
    assert.throws(() => engine.normals({ ...normals, out }), /out\.length = \d is not count = 4/);
  }
});

test('inputs must be whole rows', () => {
  const call = () => engine.forward(network, { seed: 1 }, new Float32Array(7));
  const error = assertRefused(call, 'out_of_range', 'inputs', 7);
  assert.match(error.message, /multiple of input_width/);
});

test('a step after the output is refused', () => {
  const run = forward({})();
  for (const _ of run);
  assertRefused(() => run.step(), 'finished', 'layer');
});

test('a single input runs but cannot be measured', () => {
  const run = engine.forward(network, { seed: 1 }, engine.gaussianInputs(1, 1, 5));
  assert.equal(run.step({ measure: false }), null);
  assertRefused(() => run.step(), 'out_of_range', 'inputs', 1);
  assert.equal(run.layer, 1);
  while (!run.done) run.step({ measure: false });
  assert.equal(run.layer, network.depth + 1);
  assert.equal(run.classes().length, 1);
});

test('sizes beyond the address space are refused, not wrapped', () => {
  // 4096 rows of 2^20 + 16 floats are 2^32 + 65536 floats.
  const huge = { ...network, inputWidth: 1, width: 2 ** 20, depth: 1 };
  assertRefused(() => engine.forwardBytes(huge, 4096), 'overflow', 'memory');
  const inputs = new Float32Array(4096);
  assertRefused(() => engine.forward(huge, { seed: 1 }, inputs), 'overflow', 'memory');
});

test('classes and pre-activations are refused before they exist', () => {
  const run = forward({})();
  assertRefused(() => run.preactivations(), 'out_of_range', 'layer', 0);
  run.step();
  assertRefused(() => run.classes(), 'out_of_range', 'layer', 1);
});

test('float32 overflow is refused with the layer', () => {
  const run = forward({ activation: 'linear', sigmaW2: 1e6, depth: 60 })();
  const error = thrown(() => [...run]);
  assert.equal(error.status, 'non_finite');
  assert.ok(error.value > 5 && error.value < 30, error.message);
});

test('what does not fit names bytes needed and available, and harms nothing', () => {
  const wide = { ...network, inputWidth: 100, width: 512 };
  const many = new Float32Array(100 * 20000);
  const error = thrown(() => engine.forward(wide, { seed: 1 }, many));
  assert.ok(error instanceof IgbMemoryError, String(error));
  assert.equal(error.bytesNeeded, engine.forwardBytes(wide, 20000) + many.byteLength);
  assert.equal(error.bytesAvailable, engine.capacity);
  assert.match(error.message, new RegExp(`${error.bytesNeeded} bytes.*${engine.capacity}`));

  const calls = [
    () => engine.gaussianInputs(1, 2 ** 20, 64),
    () => engine.planeInputs(1, 512, 1024, 1),
    () => engine.normals({ seed: 1, stream: 'inputs', layer: 0, row: 0, count: 2 ** 25 }),
    () => engine.finiteTwoClassLaw(1, 2 ** 23),
    () => engine.trajectory(init, { count: 2 ** 22 }),
    () => engine.ksDistance({ length: 2 ** 23 }, { length: 2 ** 23 }),
  ];
  for (const call of calls) assert.ok(thrown(call) instanceof IgbMemoryError, String(call));
  assert.equal([...forward({})()].length, 4);
});

test('an engine gives back all memory, after errors too', () => {
  thrown(() => engine.fixedPoint({ ...init, sigmaW2: NaN }));
  thrown(() => engine.gaussianInputs(1, 2 ** 20, 64));
  thrown(forward({ classes: 1 }));
  thrown(() => engine.forward(network, { seed: -1 }, inputs));
  engine.forward(network, { seed: 1 }, inputs).step();
  const free = engine.capacity - engine.forwardBytes(network, 4);
  assert.equal(engine.gaussianInputs(1, free / 4, 1).length, free / 4);
  assert.equal(thrown(() => engine.gaussianInputs(1, free / 4 + 1, 1)).bytesAvailable, free);
});
