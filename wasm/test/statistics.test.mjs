// Means, ratios, quantiles and the comparison of samples.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertClose, engine, thrown } from './support.mjs';

test('a mean has its standard error and Student interval', () => {
  const { mean, standardError, interval } = engine.mean([1, 2, 3, 4]);
  assert.equal(mean, 2.5);
  assertClose(standardError, Math.sqrt(5 / 12), 1e-14, 'standard error');
  const t = 3.182446305284263; // 0.975-quantile at 3 degrees of freedom
  assertClose(interval.low, 2.5 - t * standardError, 1e-12, 'low');
  assertClose(interval.high, 2.5 + t * standardError, 1e-12, 'high');
  assert.ok(engine.mean([1, 2, 3, 4], 0.5).interval.high < interval.high);
  assert.equal(engine.mean([7]).interval.high, Infinity);
  assert.equal(thrown(() => engine.mean([1, 2], 1.5)).parameter, 'confidence');
});

test('a ratio of means has an error', () => {
  assert.deepEqual(engine.ratio([2, 4, 6], [1, 2, 3]), { mean: 2, standardError: 0 });
  const { mean, standardError } = engine.ratio([1, 2, 3], [1, 1, 1]);
  assert.equal(mean, 2);
  assertClose(standardError, Math.sqrt(1 / 3), 1e-14, 'standard error');
  assert.throws(() => engine.ratio([1, 2], [1]), RangeError);
});

test('a quantile is an order statistic between two of them, whatever the order given', () => {
  const values = Array.from({ length: 99 }, (_, i) => ((i * 37) % 99) + 1);
  const { value, interval } = engine.quantile(values, 0.5);
  assert.equal(value, 50);
  // P(40 <= Binomial(99, 1/2) <= 59) = 0.956, and no narrower pair holds 0.95
  assert.ok(interval.low >= 39 && interval.low <= 41, String(interval.low));
  assert.ok(interval.high >= 59 && interval.high <= 61, String(interval.high));
  assert.deepEqual(engine.quantile([5], 0.5).interval, { low: -Infinity, high: Infinity });
  assert.equal(thrown(() => engine.quantile([1], 2)).parameter, 'p');
});

test('samples of one law are alike, of two they are not', () => {
  const draw = (row) => engine.normals({ seed: 3, stream: 'inputs', layer: 0, row, count: 2000 });
  const [a, b] = [draw(0), draw(1)];
  assert.ok(engine.compareSamples(a, b).pValue > 1e-3);
  const shifted = engine.compareSamples(
    a,
    b.map((x) => x + 0.3),
  );
  assert.ok(shifted.pValue < 1e-6);
  // The largest difference of the distributions of N(0, 1) and N(0.3, 1), 2 Phi(0.15) - 1, within
  // six standard errors.
  assert.ok(Math.abs(shifted.distance - 0.119235) < 6 * Math.sqrt(0.5 / 2000));
  assert.deepEqual(engine.compareSamples([1, 3], [2, 2]).distance, 0.5);
  assert.ok(Number.isNaN(engine.compareSamples([], [1]).distance));
});
