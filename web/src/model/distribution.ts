/** Class fractions over networks, held against the law for a finite data set. */

/** Bin of a fraction in [0, 1]; 1 belongs to the last. */
export function binOf(fraction: number, bins: number): number {
  // A fraction n / D on a bin edge must not fall below it by rounding.
  return Math.min(bins - 1, Math.floor(fraction * bins + 1e-9));
}

/** Share of the fractions in each bin. */
export function histogram(fractions: ArrayLike<number>, bins: number): number[] {
  const shares = new Array<number>(bins).fill(0);
  for (let i = 0; i < fractions.length; ++i) {
    const bin = binOf(fractions[i] as number, bins);
    shares[bin] = (shares[bin] as number) + 1 / fractions.length;
  }
  return shares;
}

/** Chance of each bin under pmf[n] = P(n of D inputs go to class 0). */
export function binLaw(pmf: ArrayLike<number>, bins: number): number[] {
  const inputs = pmf.length - 1;
  const chances = new Array<number>(bins).fill(0);
  for (let n = 0; n <= inputs; ++n) {
    const bin = binOf(n / inputs, bins);
    chances[bin] = (chances[bin] as number) + (pmf[n] as number);
  }
  return chances;
}

/** NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  if (!Number.isInteger(middle)) return sorted[Math.floor(middle)] as number;
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

export interface Moments {
  mean: number;
  /** Standard deviation of one network's value. */
  deviation: number;
}

function moments(total: number, sum: number, squares: number): Moments {
  const mean = sum / total;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / total - mean * mean)) };
}

/** Of max(G_0, 1 - G_0) over measured networks. */
export function measuredMaxFrequency(fractions: ArrayLike<number>): Moments {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < fractions.length; ++i) {
    const g = fractions[i] as number;
    const max = Math.max(g, 1 - g);
    sum += max;
    squares += max * max;
  }
  return moments(fractions.length, sum, squares);
}

/** Of max(G_0, 1 - G_0) under the law pmf[n]. */
export function expectedMaxFrequency(pmf: ArrayLike<number>): Moments {
  const inputs = pmf.length - 1;
  let total = 0;
  let sum = 0;
  let squares = 0;
  for (let n = 0; n <= inputs; ++n) {
    const p = pmf[n] as number;
    const max = Math.max(n, inputs - n) / inputs;
    total += p;
    sum += p * max;
    squares += p * max * max;
  }
  return moments(total, sum, squares);
}
