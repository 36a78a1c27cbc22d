import { readFileSync } from 'node:fs';
import { type Engine, loadEngine } from 'igb';
import { beforeAll, expect, it } from 'vitest';
import { gradients, networksMeasured } from '../src/engine/jobs/gradients';
import type { FromWorker, GradientsRequest, GradientsResult } from '../src/engine/protocol';
import { Scheduler } from '../src/engine/scheduler';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine(
    readFileSync(new URL('../../build/wasm/igb.wasm', import.meta.url)) as BufferSource,
  );
});

const request: GradientsRequest = {
  kind: 'gradients',
  ...{ activation: 'relu', sigmaW2: 2.5, sigmaB2: 0.1, depth: 30, width: 300 },
  ...{ seed: 1, networks: 24 },
};

function resultsOf(one: GradientsRequest): GradientsResult[] {
  return [...gradients(engine, one)].filter(
    (value): value is GradientsResult => value !== null && typeof value === 'object',
  );
}

const at = (values: number[], index: number) => values.at(index) as number;

/** A median of 24 networks lies this many standard errors off once in 100 000 seeds. */
const standardErrors = 4.42;
/** Standard error of the median of 24 normal values of deviation 1. */
const errorOfMedian = Math.sqrt(Math.PI / 2 / 24);

it('explosion is class-dependent through the prefactor, not through the rate', () => {
  const { favoured, unfavoured, excess, networks } = resultsOf(request).at(-1) as GradientsResult;
  expect(networks).toBe(24);

  // Deviations over networks, of 200 others: 0.56 at the top, 0.42 from top to bottom.
  const band = standardErrors * errorOfMedian;
  const top = at(unfavoured.measured, -1);
  expect(Math.abs(top - at(unfavoured.theory, -1))).toBeLessThan(0.56 * band);

  // At width 300 medians grow from 8.4e-3 to 4.1, a little less than theory's 1.25 a layer.
  expect(Math.abs(at(excess, 0) - Math.log(4.1 / 8.4e-3))).toBeLessThan(0.42 * band);
  expect(at(unfavoured.theory, 0) - at(unfavoured.theory, -1)).toBeCloseTo(29 * Math.log(1.25), 2);
  expect(at(unfavoured.measured, 0) - top).toBeCloseTo(at(excess, 0), 0);

  // The prefactor. Of 24 networks half would have to be nearly unbiased (|z| < 0.1, a chance of 8 %
  // each) for fewer than four powers of ten between the classes: once in 10^7 seeds.
  expect(at(favoured.measured, -1)).toBeLessThan(top - 4 * Math.LN10);
  expect(at(favoured.theory, -1)).toBeLessThan(top - 4 * Math.LN10);
  expect(at(favoured.measured, 0)).toBeGreaterThan(at(favoured.measured, -1));
}, 60_000);

it('theory comes first, then one result after each network', () => {
  const small = { ...request, activation: 'tanh', depth: 4, width: 16, networks: 3 };
  const results = resultsOf(small);
  expect(results.map(({ networks }) => networks)).toEqual([0, 1, 2, 3]);
  expect(results[0]?.favoured.theory).toHaveLength(4);
  expect(results[0]?.favoured.measured.every(Number.isNaN)).toBe(true);
  expect(at(results[3]?.excess as number[], -1)).toBe(0);
  expect(resultsOf(small).at(-1)).toEqual(results.at(-1));
});

it('without bias both kinds of label have the same gradients', () => {
  const odd = {
    ...{ ...request, activation: 'tanh', sigmaW2: 4, sigmaB2: 0 },
    ...{ depth: 2, width: 64, networks: 200 },
  };
  const { favoured, unfavoured } = resultsOf(odd).at(-1) as GradientsResult;
  // Over seeds the difference of these medians deviates by 0.07. Asking the inputs that are measured
  // what the network favours would shift it by 0.4.
  const difference = at(favoured.measured, -1) - at(unfavoured.measured, -1);
  expect(Math.abs(difference)).toBeLessThan(4.42 * 0.07);
  expect(at(favoured.theory, -1)).toBeCloseTo(at(unfavoured.theory, -1), 6);
});

it('networks that overflow have no gradients, the others do', () => {
  const huge = {
    ...request,
    activation: 'linear',
    sigmaW2: 600,
    depth: 40,
    width: 16,
    networks: 4,
  };
  const { networks, of } = resultsOf(huge).at(-1) as GradientsResult;
  expect(networks).toBe(0);
  expect(of).toBe(4);
});

it('large networks are measured in fewer draws', () => {
  expect(networksMeasured({ ...request, width: 128, depth: 20 })).toBe(24);
  expect(networksMeasured({ ...request, width: 512, depth: 100 })).toBe(6);
});

it('two labs may ask at the same time: neither ends the network of the other', async () => {
  const posted: FromWorker[] = [];
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve));
  const scheduler = new Scheduler(engine, (message) => posted.push(message), pause);
  const heavy = { ...request, depth: 60, width: 512, networks: 1 };
  scheduler.run(1, 1, heavy);
  scheduler.run(2, 2, { ...heavy, seed: 2 });
  const ended = () => posted.filter(({ type }) => type === 'done' || type === 'failed');
  await expect.poll(() => ended().length, { timeout: 60_000 }).toBe(2);
  expect(ended().map(({ type }) => type)).toEqual(['done', 'done']);
}, 90_000);
