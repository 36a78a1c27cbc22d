// Activations beyond the built-in ones, and blocks, through the binding.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IgbError, IgbSyntaxError } from 'igb';
import { assertClose, engine, thrown } from './support.mjs';

const init = { sigmaW2: 1.5, sigmaB2: 0.1 };
const softsign = { expression: 'x / (1 + abs(x))' };
const hardTanh = { table: { x: [-2, -1, 1, 2], y: [-1, -1, 1, 1] } };

test('an expression is described and evaluated', () => {
  assert.deepEqual(engine.describeActivation(softsign), {
    name: 'x / (1 + abs(x))',
    odd: true,
    bounded: true,
    homogeneous: false,
    kinks: [0],
  });
  const [left, right] = engine.evaluate(softsign, [-1, 3]);
  assertClose(left.value, -0.5, 1e-15, 'value');
  assertClose(left.bend, 0.25, 1e-15, 'bend');
  assertClose(right.value, 0.75, 1e-15, 'value');
  assertClose(right.slope, 1 / 16, 1e-15, 'slope');
});

test('a table is described and evaluated', () => {
  assert.deepEqual(engine.describeActivation(hardTanh), {
    name: 'table',
    odd: true,
    bounded: true,
    homogeneous: false,
    kinks: [-1, 1],
  });
  const values = engine.evaluate(hardTanh, [-3, -0.25, 7]).map(({ value }) => value);
  assert.deepEqual(values, [-1, -0.25, 1]);
});

test('the same function by another name has the same theory', () => {
  const pairs = [
    ['tanh', { expression: 'tanh(x)' }],
    ['tanh', { name: 'tanh' }],
    ['erf', { expression: 'erf(x)' }],
    ['hard_tanh', hardTanh],
    ['hard_tanh', { expression: 'max(-1, min(x, 1))' }],
    ['silu', { expression: 'x / (1 + exp(-x))' }],
  ];
  for (const [activation, other] of pairs) {
    const what = JSON.stringify(other);
    const expected = engine.fixedPoint({ activation, ...init });
    const actual = engine.fixedPoint({ activation: other, ...init });
    assert.equal(actual.phase, expected.phase);
    for (const name of ['qStar', 'cStar', 'chi1', 'xiC']) {
      assertClose(actual[name], expected[name], 1e-9, `${what} ${name}`);
    }
    const sigmaB2 = 0.05;
    const edge = engine.edgeOfChaos({ activation: other, sigmaB2 });
    assertClose(edge.sigmaW2, engine.edgeOfChaos({ activation, sigmaB2 }).sigmaW2, 1e-9, what);
  }
});

test('a slope makes a leaky ReLU, an expression a ReLU', () => {
  const chi1 = (activation) => engine.fixedPoint({ activation, sigmaW2: 2.5, sigmaB2: 0.1 }).chi1;
  assertClose(chi1({ name: 'leaky_relu', slope: 0.5 }), (2.5 * 1.25) / 2, 1e-14, 'slope');
  assertClose(chi1({ expression: 'max(x, 0)' }), 1.25, 1e-14, 'expression');
  assertClose(chi1({ table: { x: [-1, 0, 1], y: [0, 0, 1] } }), 1.25, 1e-14, 'table');
});

test('networks run the activations of the user', () => {
  const network = { sigmaW2: 2, sigmaB2: 0.1, inputWidth: 7, width: 20, depth: 3, classes: 2 };
  const inputs = engine.gaussianInputs(1, 5, 7);
  const outputs = (activation) => {
    const run = engine.forward({ ...network, activation }, { seed: 3 }, inputs);
    while (!run.done) run.step();
    return run.preactivations();
  };
  const expected = outputs('tanh');
  outputs({ expression: 'tanh(x)' }).forEach((value, index) => {
    assertClose(value, expected[index], 1e-5, `output ${index}`);
  });
  assert.equal(outputs(hardTanh).length, expected.length);
});

test('an expression that cannot be read says where', () => {
  const error = thrown(() => engine.fixedPoint({ activation: { expression: 'x + * 2' }, ...init }));
  assert.ok(error instanceof IgbSyntaxError && error instanceof IgbError, String(error));
  assert.equal(error.name, 'IgbSyntaxError');
  assert.equal(error.status, 'syntax');
  assert.equal(error.parameter, 'expression');
  assert.equal(error.position, 5);
  assert.equal(error.expected, "expected a number, x, pi, e, a function or '('");
  assert.match(error.message, /expression, character 5: expected a number/);
});

test('what is no activation is refused by name', () => {
  const refused = (activation, status, parameter, message) => {
    const error = thrown(() => engine.describeActivation(activation));
    assert.ok(error instanceof IgbError, String(error));
    assert.ok(!(error instanceof IgbSyntaxError));
    assert.equal(error.status, status);
    assert.equal(error.parameter, parameter);
    assert.match(error.message, message);
  };
  refused({ expression: '1/x' }, 'non_finite', 'activation', /phi is not finite at x = 0/);
  refused({ expression: '' }, 'out_of_range', 'expressionLength', /from 1 to 255/);
  refused({ expression: 'x'.repeat(300) }, 'out_of_range', 'expressionLength', /300/);
  refused({ expression: '2' }, 'no_solution', 'constant activation', /constant/);
  refused({ table: { x: [1], y: [1] } }, 'out_of_range', 'points', /from 2 to 66/);
  refused({ table: { x: [1, 0], y: [1, 2] } }, 'out_of_range', 'x', /x = 0/);
  refused({ table: { x: [0, 1], y: [1, NaN] } }, 'out_of_range', 'y', /nan/);
  refused({ name: 'step' }, 'unknown_name', 'activation', /"step"; known: linear/);
  refused({ name: 'tanh', slope: 2 }, 'unknown_name', 'slope', /only leaky_relu/);
  refused(undefined, 'unknown_name', 'activation', /known: linear/);
  const unequal = { table: { x: [0, 1, 2], y: [0, 1] } };
  assert.throws(() => engine.describeActivation(unequal), RangeError);
  assert.throws(() => engine.evaluate('tanh', [NaN]), /x = nan/);
});

test('blocks are known by name and refused by field', () => {
  assert.equal(engine.blocks[0], 'plain');
  assert.equal(engine.blocks.length, 13);
  const plain = engine.fixedPoint({ activation: 'tanh', ...init });
  assert.deepEqual(
    engine.fixedPoint({ activation: 'tanh', block: { kind: 'plain' }, ...init }),
    plain,
  );
  const refused = (block, status, parameter) => {
    const error = thrown(() => engine.fixedPoint({ activation: 'tanh', block, ...init }));
    assert.ok(error instanceof IgbError, String(error));
    assert.equal(error.status, status);
    assert.equal(error.parameter, parameter);
  };
  refused({ kind: 'maxout' }, 'unknown_name', 'block');
  refused({ kind: 'max_pool', pool: 1 }, 'out_of_range', 'pool');
  refused({ kind: 'max_pool', pool: 2.5 }, 'out_of_range', 'pool');
  refused({ kind: 'average_pool', pool: -1 }, 'out_of_range', 'pool');
  refused({ kind: 'dropout' }, 'out_of_range', 'keep');
  refused({ kind: 'dropout', keep: 0 }, 'out_of_range', 'keep');
  refused({ kind: 'residual_scaled' }, 'out_of_range', 'residualDepth');
  refused({ kind: 'residual', sigmaV2: -1 }, 'out_of_range', 'sigmaV2');
  refused({ kind: 'residual', sigmaA2: NaN }, 'out_of_range', 'sigmaA2');
  refused({ kind: 'convolution', taps: 4 }, 'out_of_range', 'taps (odd)');
});

test('an engine gives back the memory of the activations of the user', () => {
  const free = () => thrown(() => engine.gaussianInputs(1, 2 ** 20, 64)).bytesAvailable;
  const before = free();
  engine.describeActivation(softsign);
  engine.evaluate(hardTanh, [1]);
  thrown(() => engine.describeActivation({ expression: '1/x' }));
  thrown(() => engine.describeActivation({ expression: ')' }));
  assert.equal(free(), before);
});
