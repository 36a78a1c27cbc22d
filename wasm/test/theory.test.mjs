// Simulated networks against the theory, which share no code in the engine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engine } from './support.mjs';

const init = { activation: 'tanh', sigmaW2: 2.5, sigmaB2: 0.1 };
const count = 400;
const networks = 200;
const network = { ...init, inputWidth: 100, width: 128, depth: 8, classes: 2 };
const signals = engine.trajectory(init, { count: network.depth + 1 });
const inputs = engine.gaussianInputs(1, count, network.inputWidth);

const histogram = new Uint32Array(count + 1);
const sums = signals.map(() => ({ sigmaMu2: [], sigmaY2: [] }));
for (let member = 0; member < networks; member += 1) {
  const run = engine.forward(network, { seed: 2, network: member }, inputs);
  for (const { layer, sigmaMu2, sigmaY2 } of run) {
    sums[layer - 1].sigmaMu2.push(sigmaMu2);
    sums[layer - 1].sigmaY2.push(sigmaY2);
  }
  histogram[run.classes().filter((guess) => guess === 0).length] += 1;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const standardError = (values) => {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)) / (values.length - 1));
};

// False alarms with other seeds: 1 in 1000. The smallest of three distances to laws with other gammas
// must be rejected, so that the test has power.
test('the numbers of inputs in class 0 follow the two-class law', () => {
  const { gamma } = signals.at(-1);
  const chance = (otherGamma) =>
    engine.ksPValue(
      engine.ksDistance(histogram, engine.finiteTwoClassLaw(otherGamma, count)),
      networks,
    );
  assert.ok(chance(gamma) > 1e-3, `p = ${chance(gamma)} at gamma = ${gamma}`);
  assert.ok(chance(3 * gamma) < 1e-3, `p = ${chance(3 * gamma)} at 3 gamma`);
  assert.ok(chance(gamma / 3) < 1e-3, `p = ${chance(gamma / 3)} at gamma / 3`);
});

// Six standard errors a number, 18 numbers: false alarms with other seeds less than 1 in 10^7, beside
// the systematic 1 / width, which the 2 % covers.
test('sigmaMu2 and sigmaY2 of every layer follow the mean field', () => {
  signals.forEach(({ q, c }, index) => {
    for (const [name, expected] of [
      ['sigmaMu2', q * c],
      ['sigmaY2', q * (1 - c)],
    ]) {
      const values = sums[index][name];
      const allowed = 6 * standardError(values) + 0.02 * expected;
      const difference = Math.abs(mean(values) - expected);
      assert.ok(difference < allowed, `layer ${index + 1} ${name}: ${mean(values)}, ${expected}`);
    }
  });
});
