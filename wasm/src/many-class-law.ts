import { structs } from './layout.js';
import type { Library } from './library.js';
import type { ManyClassLaw } from './types.js';

/** The law for more than two classes. */
export function manyClassLaw(library: Library, classes: number, gamma: number): ManyClassLaw {
  const { functions, memory } = library;
  const count = library.uint32('classes', classes);
  const report = library.struct(structs.igb_many_class_report, (address, why) =>
    functions.igb_many_class_law(count, gamma, address, why),
  );
  const doubles = count * Float64Array.BYTES_PER_ELEMENT;

  const takeShares = (draw: number) => {
    const drifts = memory.take(doubles);
    const shares = memory.take(doubles);
    library.call((why) => functions.igb_sample_drifts(draw, count, drifts, why));
    library.call((why) => functions.igb_class_fractions(gamma, drifts, count, shares, why));
    return shares;
  };

  return {
    classes,
    gamma,
    ...report,
    finiteVariance(inputs) {
      const size = library.uint32('inputs', inputs);
      return library.float64((variance, why) =>
        functions.igb_finite_many_class_variance(count, gamma, size, variance, why),
      );
    },
    finiteMeanMaxFrequency(inputs, draw, networks) {
      const size = library.uint32('inputs', inputs);
      const members = library.uint32('networks', networks);
      return memory.scratch(() => {
        const first = library.takeDraw(draw);
        const scratch = memory.take(2 * doubles);
        return library.struct(structs.igb_estimate, (estimate, why) =>
          functions.igb_finite_mean_max_frequency(
            count,
            gamma,
            size,
            first,
            members,
            scratch,
            estimate,
            why,
          ),
        );
      });
    },
    sample: (draw) =>
      memory.scratch(() => memory.float64(takeShares(library.takeDraw(draw)), count).slice()),
    sampleCounts(draw, inputs) {
      const size = library.uint32('inputs', inputs);
      return memory.scratch(() => {
        const address = library.takeDraw(draw);
        const shares = takeShares(address);
        const counts = memory.take(count * Uint32Array.BYTES_PER_ELEMENT);
        library.call((why) =>
          functions.igb_sample_counts(address, size, shares, count, counts, why),
        );
        return memory.uint32(counts, count).slice();
      });
    },
  };
}
