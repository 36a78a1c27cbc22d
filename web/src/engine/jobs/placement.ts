import type { Engine } from 'igb';
import type { PlacementRequest, PlacementResult } from '../protocol';

/** What theory says of a network of which gamma is known. */
export function* placement(
  engine: Engine,
  { gamma, classes, inputs, activation, sigmaB2, depth }: PlacementRequest,
): Generator<PlacementResult> {
  const law = engine.manyClassLaw(classes, gamma);
  const like = engine.recommendGamma({ activation, sigmaB2, depth, gamma });
  yield {
    kind: 'placement',
    expected: law.meanMaxFrequency,
    floor: engine.nullMeanMaxFrequency(classes, inputs),
    sigmaW2: like?.sigmaW2 ?? null,
  };
}
