import { structs } from './layout.js';
import type { Library } from './library.js';
import type {
  DepthOptions,
  GradientOptions,
  GradientReport,
  Labels,
  LayerGradient,
} from './types.js';

const labelNames: readonly Labels[] = ['favoured', 'unfavoured', 'all'];
const columnsBeforeQuantiles = 3;

/** Address and size of the memory that the recursion over `depth` layers works in. */
function takeLayers(library: Library, depth: number): [number, number] {
  const bytes = library.size((size, why) =>
    library.functions.igb_gradients_bytes(depth, size, why),
  );
  return [library.memory.take(bytes), bytes];
}

/** Gradients of layers 1 .. depth; `init` is the address of an initialisation. */
export function backward(
  library: Library,
  init: number,
  { q0 = 1, c0 = 0, depth }: DepthOptions,
): LayerGradient[] {
  const { functions, memory } = library;
  const struct = structs.igb_layer_gradient;
  const length = library.uint32('depth', depth);
  const [layers, bytes] = takeLayers(library, length);
  const gradients = memory.take(length * struct.size);
  library.call((why) =>
    functions.igb_backward(init, q0, c0, length, layers, bytes, gradients, why),
  );
  return Array.from({ length }, (_, index) =>
    memory.readStruct(struct, gradients + index * struct.size),
  );
}

/** The law of the gradients of every layer. */
export function gradientReport(
  library: Library,
  init: number,
  { q0 = 1, c0 = 0, depth, width, labels = 'all', quantiles = [] }: GradientOptions,
): GradientReport[] {
  const { functions, memory } = library;
  const length = library.uint32('depth', depth);
  const units = library.uint32('width', width);
  const kind = labelNames.indexOf(labels);
  if (kind < 0) library.refuse('unknown_name', 'labels');
  const columns = columnsBeforeQuantiles + quantiles.length;
  const [layers, bytes] = takeLayers(library, length);
  const probabilities = memory.takeFloat64(quantiles);
  const report = memory.take(length * columns * Float64Array.BYTES_PER_ELEMENT);
  library.call((why) =>
    functions.igb_gradient_report(
      init,
      q0,
      c0,
      length,
      units,
      kind,
      probabilities,
      quantiles.length,
      layers,
      bytes,
      report,
      why,
    ),
  );
  const values = memory.float64(report, length * columns);
  return Array.from({ length }, (_, layer) => {
    const [logMedian = Number.NaN, meanLog = Number.NaN, logMean = Number.NaN, ...logQuantiles] =
      values.slice(layer * columns, (layer + 1) * columns);
    return { logMedian, meanLog, logMean, logQuantiles };
  });
}
