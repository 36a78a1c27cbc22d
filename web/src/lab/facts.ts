import { shareOfFirst } from '../model/contour';
import { expectedMaxFrequency, measuredMaxFrequency } from '../model/distribution';
import type { Facts, TheoryFacts } from '../model/words';
import type { Lab } from './lab';

function theoryOf(lab: Lab): TheoryFacts | null {
  const theory = lab.result('theory');
  if (!theory) return null;
  const { edge, fixedPoint, layers, law } = theory;
  return {
    edge,
    phase: fixedPoint.phase,
    chiGrad: fixedPoint.chiGrad,
    gamma: layers.at(-1)?.gamma ?? Number.NaN,
    gammaStar: fixedPoint.gammaStar,
    expected: expectedMaxFrequency(law).mean,
  };
}

/** Every output is zero. */
const isSilent = ({ margin }: { margin: Float32Array }) => margin.every((value) => value === 0);

function mapOf(lab: Lab): Facts['map'] {
  const map = lab.result('map');
  if (!map) return null;
  return { silent: isSilent(map), shareOfA: shareOfFirst(map.margin) };
}

function ensembleOf(lab: Lab): Facts['ensemble'] {
  const ensemble = lab.result('ensemble');
  if (!ensemble || lab.isStale('ensemble')) return null;
  const { fractions, ksDistance, ksPValue } = ensemble;
  const { mean, deviation } = measuredMaxFrequency(fractions);
  const error = deviation / Math.sqrt(fractions.length);
  return { done: fractions.length, mean, error, ksDistance, ksPValue };
}

/** What is known at the state of a lab, for sentences. */
export function factsOf(lab: Lab): Facts {
  return {
    ...lab.state,
    theory: theoryOf(lab),
    map: mapOf(lab),
    tiles: lab.tiles.flatMap((tile) => (tile ? [shareOfFirst(tile.margin)] : [])),
    silentTiles: lab.tiles.filter((tile) => tile !== null && isSilent(tile)).length,
    ensemble: ensembleOf(lab),
    stale: lab.isStale('theory') || lab.isStale('map'),
  };
}
