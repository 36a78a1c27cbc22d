import { structs } from './layout.js';
import type { Library } from './library.js';
import type { PopulationLayer, PopulationOptions } from './types.js';

const defaultSamples = 2 ** 16;

/** A population's trajectory; `init` is the address of an initialisation. */
export function populationTrajectory(
  library: Library,
  init: number,
  {
    q0 = 1,
    c0 = 0,
    count,
    seed = 1,
    samples = defaultSamples,
    gradients = true,
  }: PopulationOptions,
): PopulationLayer[] {
  const { functions, memory } = library;
  const struct = structs.igb_population_layer;
  const length = library.uint32('count', count);
  const population = memory.takeStruct(structs.igb_population, {
    samples: library.uint32('samples', samples),
    seed: library.seed(seed),
    gradients: Number(gradients),
  });
  const bytes = library.size((size, why) =>
    functions.igb_population_bytes(population, length, size, why),
  );
  const place = memory.take(bytes);
  const layers = memory.take(length * struct.size);
  library.call((why) =>
    functions.igb_population_trajectory(
      init,
      q0,
      c0,
      population,
      place,
      bytes,
      length,
      layers,
      why,
    ),
  );
  return Array.from({ length }, (_, index) =>
    memory.readStruct(struct, layers + index * struct.size),
  );
}
