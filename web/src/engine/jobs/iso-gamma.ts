import type { Engine } from 'igb';
import type { IsoGammaRequest, IsoGammaResult } from '../protocol';
import { holding, resting } from './steps';

/** Rows and columns, each time about twice as many. */
const grids = [
  [8, 12],
  [16, 24],
  [32, 48],
  [64, 96],
] as const;

/** Neither bounded nor homogeneous: where their variance diverges a fixed point takes milliseconds, the
 * finest grid would take half a minute. They have the first two. */
const slow: readonly string[] = ['softplus', 'elu', 'selu', 'silu'];

function grid(low: number, high: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

/** Gamma at infinite depth over the phase diagram, on finer and finer grids: after the lines, which are
 * seen first, and in rows of one map, whose moments are tabulated once. */
export function* isoGamma(
  engine: Engine,
  { activation, sigmaB2Max, sigmaW2Min, sigmaW2Max }: IsoGammaRequest,
): Generator<IsoGammaResult | typeof holding | typeof resting> {
  yield resting;
  for (const [rows, columns] of slow.includes(activation) ? grids.slice(0, 2) : grids) {
    const sigmaW2 = grid(sigmaW2Min, sigmaW2Max, columns);
    const gamma = new Float64Array(rows * columns);
    const map = engine.phaseMap({ activation });
    for (const [row, sigmaB2] of grid(0, sigmaB2Max, rows).entries()) {
      gamma.set(map.row(sigmaB2, sigmaW2).gammaStar, row * columns);
      yield holding;
    }
    yield { kind: 'isoGamma', activation, rows, columns, gamma };
  }
}
