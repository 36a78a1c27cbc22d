// Statistics of values that the caller has: samples of networks, their means and quantiles.
import { structs } from './layout.js';
import type { Library } from './library.js';
import type { Estimate, Interval, MeanEstimate, QuantileEstimate } from './types.js';

const ascending = (values: ArrayLike<number>) => Float64Array.from(values).sort();

const distance = (library: Library, a: Float64Array, b: Float64Array) =>
  library.memory.scratch(() =>
    library.functions.igb_ks_two_sample_distance(
      library.memory.takeFloat64(a),
      a.length,
      library.memory.takeFloat64(b),
      b.length,
    ),
  );

/** The distance between two samples, and the chance of a larger one. */
export function compareSamples(
  library: Library,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): { distance: number; pValue: number } {
  const [a, b] = [ascending(first), ascending(second)];
  const found = distance(library, a, b);
  const chance = library.functions.igb_ks_two_sample_p_value(found, a.length, b.length);
  return { distance: found, pValue: chance };
}

export function mean(
  library: Library,
  values: ArrayLike<number>,
  confidence: number,
): MeanEstimate {
  const { functions, memory } = library;
  return memory.scratch(() => {
    const list = memory.takeFloat64(values);
    const estimate = memory.take(structs.igb_estimate.size);
    const interval = library.struct(structs.igb_interval, (address, why) =>
      functions.igb_mean(list, values.length, confidence, estimate, address, why),
    );
    return { ...memory.readStruct(structs.igb_estimate, estimate), interval };
  });
}

export function ratio(library: Library, x: ArrayLike<number>, y: ArrayLike<number>): Estimate {
  const { functions, memory } = library;
  if (x.length !== y.length) {
    throw new RangeError(`y.length = ${y.length} is not x.length = ${x.length}`);
  }
  return memory.scratch(() => {
    const [above, below] = [memory.takeFloat64(x), memory.takeFloat64(y)];
    return library.struct(structs.igb_estimate, (address, why) =>
      functions.igb_ratio(above, below, x.length, address, why),
    );
  });
}

export function quantile(
  library: Library,
  values: ArrayLike<number>,
  p: number,
  confidence: number,
): QuantileEstimate {
  const { functions, memory } = library;
  return memory.scratch(() => {
    const sorted = memory.takeFloat64(ascending(values));
    const result = memory.take(Float64Array.BYTES_PER_ELEMENT);
    const interval: Interval = library.struct(structs.igb_interval, (address, why) =>
      functions.igb_quantile(sorted, values.length, p, confidence, result, address, why),
    );
    const [value = Number.NaN] = memory.float64(result, 1);
    return { value, interval };
  });
}
