/** Axes: from values to pixels and back, and where to put ticks. */

export interface Scale {
  toPixel(value: number): number;
  toValue(pixel: number): number;
}

export function linearScale(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
): Scale {
  const slope = (to - from) / (high - low);
  return {
    toPixel: (value) => from + (value - low) * slope,
    toValue: (pixel) => low + (pixel - from) / slope,
  };
}

/** The smallest of 1, 2, 5 times a power of ten that is not below `value` > 0. */
export function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((factor) => factor * power >= value * (1 - 1e-12)) ?? 10) * power;
}

/** The largest of 1, 2, 5 times a power of ten that is not above `value` > 0. */
export function niceBelow(value: number): number {
  return 1 / niceAbove(1 / value);
}

/** At most about `count` round values in [low, high]. */
export function ticks(low: number, high: number, count: number): number[] {
  const step = niceAbove((high - low) / count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** Powers of ten in [low, high], thinned to at most about `count`, 1 among them where it is inside. */
export function logTicks(low: number, high: number, count: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const stride = Math.round(niceAbove(Math.max(1, (last - first) / count)));
  const exponents: number[] = [];
  for (let n = Math.ceil(first / stride); n * stride <= last; n += 1) exponents.push(n * stride);
  return exponents.map((exponent) => Number(`1e${exponent}`));
}
