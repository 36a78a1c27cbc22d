import type { Engine } from 'igb';
import type { ImagesRequest, ImagesResult } from '../protocol';

/** How many of the images are drawn; all are asked about. */
const shown = 60;
const batch = 125;

/** The classes that one untrained network gives to images. */
export function* images(engine: Engine, request: ImagesRequest): Generator<ImagesResult | null> {
  const { inputs, inputWidth, seed, network } = request;
  const count = inputs.length / inputWidth;
  const classes = new Uint8Array(count);
  for (let first = 0; first < count; first += batch) {
    const some = inputs.subarray(first * inputWidth, (first + batch) * inputWidth);
    const run = engine.forward({ ...request, classes: 2 }, { seed, network }, some);
    while (!run.done) run.step({ measure: false });
    classes.set(run.classes(), first);
    yield null;
  }
  yield { kind: 'images', classes, shown: Math.min(shown, count) };
}
