import { expect, it } from 'vitest';
import { isMeasured } from '../src/engine/jobs/race';
import { dataAtHand, lessonsOf, raceOf } from '../src/model/lessons';

it('races are measured at 0, 1, the last step and ever more seldom between', () => {
  const steps = Array.from({ length: 1001 }, (_, step) => step).filter((step) =>
    isMeasured(step, 1000),
  );
  expect(steps.slice(0, 4)).toEqual([0, 1, 2, 3]);
  expect(steps.at(-1)).toBe(1000);
  expect(steps.length).toBeLessThan(40);
  const gaps = steps.slice(10).map((step, i) => step / (steps[i + 9] as number));
  expect(Math.max(...gaps)).toBeLessThan(1.4);
});

it('a race has the four states of the paper, around the edge', () => {
  expect(raceOf(1.99)).toEqual([0.8 * 1.99, 1.99, 1.25 * 1.99, 2.5 * 1.99]);
});

it('images are standardised by the training set, labels are parities', () => {
  const set = (small: number[], labels: number[]) => ({
    count: labels.length,
    labels: Uint8Array.from(labels),
    large: new Uint8Array(),
    small: Uint8Array.from(small),
  });
  const sample = {
    classes: 10,
    side: 2,
    text: '',
    train: set([0, 10], [3, 4]),
    test: set([5, 20], [0, 9]),
  };
  const { train, test } = lessonsOf(sample);
  expect([...train.inputs]).toEqual([-1, 1]);
  expect([...train.labels]).toEqual([1, 0]);
  expect([...test.inputs]).toEqual([0, 3]);
  expect([...test.labels]).toEqual([0, 1]);
});

it('where images are missing points of the plane are learnt', () => {
  expect(dataAtHand('fashion-mnist', 'missing')).toBe('moons');
  expect(dataAtHand('fashion-mnist', null)).toBe('fashion-mnist');
  expect(dataAtHand('xor', 'missing')).toBe('xor');
});
