import { describe, expect, it } from 'vitest';
import {
  binLaw,
  binOf,
  expectedMaxFrequency,
  histogram,
  measuredMaxFrequency,
  median,
} from '../src/model/distribution';

describe('binOf', () => {
  it('puts n / 100 on a bin edge into the upper bin for every n', () => {
    for (let n = 0; n < 100; ++n) expect(binOf(n / 100, 20), `${n}`).toBe(Math.trunc(n / 5));
    expect(binOf(1, 20)).toBe(19);
    // 1 / 49 * 49 is less than 1.
    expect(binOf(1 / 49, 49)).toBe(1);
  });
});

describe('histogram and binLaw', () => {
  it('agree when the sample is the law itself', () => {
    const pmf = [0.1, 0.2, 0.3, 0.4];
    const sample = [0, 1, 1, 2, 2, 2, 3, 3, 3, 3].map((n) => n / 3);
    const law = binLaw(pmf, 2);
    histogram(sample, 2).forEach((share, bin) => {
      expect(share).toBeCloseTo(law[bin] as number, 12);
    });
  });

  it('sum to one', () => {
    const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
    expect(sum(histogram([0, 0.31, 0.5, 1], 20))).toBeCloseTo(1, 12);
    expect(sum(binLaw([0.25, 0.5, 0.25], 20))).toBeCloseTo(1, 12);
  });
});

describe('max frequency', () => {
  it('of the binomial with two inputs is 3/4', () => {
    // 0, 1 or 2 of two inputs: 1/4 x 1 + 1/2 x 1/2 + 1/4 x 1.
    const { mean, deviation } = expectedMaxFrequency([0.25, 0.5, 0.25]);
    expect(mean).toBeCloseTo(0.75, 12);
    expect(deviation).toBeCloseTo(0.25, 12);
  });

  it('of the floor for 100 inputs is 0.540', () => {
    const pmf = [0.5 ** 100];
    for (let n = 1; n <= 100; ++n) pmf.push(((pmf[n - 1] as number) * (101 - n)) / n);
    expect(expectedMaxFrequency(pmf).mean).toBeCloseTo(0.53979, 4);
  });

  it('is the same for both classes', () => {
    expect(measuredMaxFrequency([0.2, 0.8]).mean).toBeCloseTo(0.8, 12);
    expect(measuredMaxFrequency([0.2, 0.8]).deviation).toBeCloseTo(0, 6);
    expect(measuredMaxFrequency([0.2, 0.9]).deviation).toBeCloseTo(0.05, 12);
  });
});

describe('median', () => {
  it('sorts by value, not as text', () => {
    expect(median([10, 9, 100])).toBe(10);
  });

  it('is the mean of the middle two of an even number', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('of nothing is not a number', () => {
    expect(median([])).toBeNaN();
  });
});
