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

/** Values below the low end (zero included) land on it. */
export function logScale(
  [low, high]: readonly [number, number],
  pixels: readonly [number, number],
): Scale {
  const inner = linearScale([Math.log(low), Math.log(high)], pixels);
  return {
    toPixel: (value) => inner.toPixel(Math.log(Math.min(high, Math.max(low, value)))),
    toValue: (pixel) => Math.exp(inner.toValue(pixel)),
  };
}

/** The smallest of 1, 2, 5 times a power of ten that is not below `value` > 0. */
export function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((factor) => factor * power >= value * (1 - 1e-12)) ?? 10) * power;
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

/** Powers of ten in [low, high], thinned to at most about `count`. */
export function logTicks(low: number, high: number, count: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const stride = Math.max(1, Math.ceil((last - first + 1) / count));
  const exponents: number[] = [];
  for (let exponent = first; exponent <= last; exponent += stride) exponents.push(exponent);
  return exponents.map((exponent) => 10 ** exponent);
}
