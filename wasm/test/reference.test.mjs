import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertClose, engine, readReference } from './support.mjs';

const tolerance = 1e-9;
const known = ({ activation }) => engine.activations.includes(activation);

test('fixed points', () => {
  const rows = readReference('fixed_points').filter(known);
  assert.ok(rows.length >= 30);
  for (const row of rows) {
    const { activation, sigma_w2: sigmaW2, sigma_b2: sigmaB2 } = row;
    const point = engine.fixedPoint({ activation, sigmaW2, sigmaB2 });
    const what = `${activation} ${sigmaW2} ${sigmaB2}`;
    assertClose(point.qStar, row.q_star, tolerance, `${what} qStar`);
    assertClose(point.cStar, row.c_star, tolerance, `${what} cStar`);
    assertClose(point.chi1, row.chi_1, tolerance, `${what} chi1`);
    assertClose(point.chiCStar, row.chi_c_star, tolerance, `${what} chiCStar`);
    assertClose(point.xiC, row.xi_c, tolerance, `${what} xiC`);
    const gamma = row.c_star === 1 ? Infinity : row.c_star / (1 - row.c_star);
    assertClose(point.gammaStar, gamma, 1e-8, `${what} gammaStar`);
    assert.equal(point.phase, phaseOf(row), what);
  }
});

function phaseOf({ c_star, chi_1 }) {
  if (c_star === 1) return chi_1 < 1 ? 'ordered_prejudice' : 'chaotic_prejudice';
  return c_star < 0.5 ? 'neutrality' : 'prejudice';
}

test('critical lines', () => {
  const rows = readReference('critical_lines').filter(known);
  assert.ok(rows.length >= 10);
  for (const row of rows) {
    const gamma = row.line.startsWith('gamma=') ? Number(row.line.slice(6)) : null;
    const line = { activation: row.activation, sigmaB2: row.sigma_b2 };
    const point = gamma === null ? engine.edgeOfChaos(line) : engine.isoGamma({ ...line, gamma });
    const what = `${row.activation} ${row.sigma_b2} ${row.line}`;
    assertClose(point.sigmaW2, row.sigma_w2, tolerance, `${what} sigmaW2`);
    assertClose(point.q, row.q, tolerance, `${what} q`);
  }
});

test('a line that does not exist is null', () => {
  assert.equal(engine.isoGamma({ activation: 'relu', sigmaB2: 0.1, gamma: 1 }), null);
});

test('ReLU trajectory', () => {
  const rows = readReference('relu_trajectory');
  const init = { activation: 'relu', sigmaW2: 2, sigmaB2: 0 };
  const signals = engine.trajectory(init, { q0: 1, c0: 0, count: rows.length });
  assert.ok(rows.length > 100);
  rows.forEach((row, index) => {
    assertClose(signals[index].q, 2, tolerance, `layer ${index + 1} q`);
    assertClose(signals[index].c, row.c, tolerance, `layer ${index + 1} c`);
    assertClose(signals[index].gamma, row.gamma, tolerance, `layer ${index + 1} gamma`);
  });
});

test('two-class law', () => {
  for (const row of readReference('two_class_law')) {
    const law = engine.law(row.gamma);
    const what = `gamma ${row.gamma}`;
    assertClose(law.pdf(0.5), row.pdf_at_half, tolerance, `${what} pdf`);
    assertClose(law.variance, row.variance, tolerance, `${what} variance`);
    assertClose(law.meanMaxFrequency, row.mean_max_frequency, tolerance, `${what} mean max`);
    // P(max > 0.9) = 2 P(G_0 < 0.1) by symmetry.
    assertClose(2 * law.cdf(0.1), row['prob_max_above_0.9'], tolerance, `${what} tail`);
    assertClose(law.cdf(law.quantile(0.3)), 0.3, tolerance, `${what} quantile`);
  }
});

test('finite two-class law: mass, symmetry, variance', () => {
  const gamma = 1.7;
  const inputs = 150;
  const pmf = engine.finiteTwoClassLaw(gamma, inputs);
  assert.equal(pmf.length, inputs + 1);
  const moment = (power) =>
    pmf.reduce((sum, mass, n) => sum + mass * (n / inputs - 0.5) ** power, 0);
  const variance = engine.law(gamma).variance * (1 - 1 / inputs) + 1 / (4 * inputs);
  assertClose(moment(0), 1, tolerance, 'mass');
  assertClose(moment(2), variance, tolerance, 'variance');
  pmf.forEach((mass, n) => {
    assertClose(mass, pmf[inputs - n], tolerance, `pmf[${n}]`);
  });
});

test('the ends of gamma: a point mass and two walls', () => {
  assert.equal(engine.law(0).meanMaxFrequency, 0.5);
  assert.equal(engine.law(0).cdf(0.4), 0);
  assert.equal(engine.law(Infinity).meanMaxFrequency, 1);
  assertClose(engine.law(Infinity).cdf(0.4), 0.5, 1e-15, 'half at 0');
});

test('Kolmogorov-Smirnov distance and p-value', () => {
  const uniform = [1 / 3, 1 / 3, 1 / 3];
  assertClose(engine.ksDistance([5, 1, 4], uniform), 0.5 - 1 / 3, tolerance, 'below the middle');
  assertClose(engine.ksDistance([0, 0, 7], uniform), 2 / 3, tolerance, 'all at the end');
  // Kolmogorov's 5 % point, 1.3581, as distance = 1.3581 / (sqrt n + 0.12 + 0.11 / sqrt n).
  const root = Math.sqrt(400);
  assertClose(engine.ksPValue(1.3581 / (root + 0.12 + 0.11 / root), 400), 0.05, 1e-4, '5 % point');
});
