import type { Engine } from 'igb';
import type { IsoGammaRequest, IsoGammaResult } from '../protocol';

/** Rows and columns, each time about twice as many. */
const grids = [
  [8, 12],
  [16, 24],
  [32, 48],
  [64, 96],
] as const;

/** A finer grid is left out where it would take longer: some activations need milliseconds a point. */
const longestMilliseconds = 2000;

function grid(low: number, high: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

/** Gamma at infinite depth over the phase diagram, on finer and finer grids. */
export function* isoGamma(
  engine: Engine,
  { activation, sigmaB2Max, sigmaW2Min, sigmaW2Max }: IsoGammaRequest,
): Generator<IsoGammaResult | null> {
  let spent = 0;
  for (const [rows, columns] of grids) {
    if (4 * spent > longestMilliseconds) return;
    spent = 0;
    const sigmaW2 = grid(sigmaW2Min, sigmaW2Max, columns);
    const gamma = new Float64Array(rows * columns);
    for (const [row, sigmaB2] of grid(0, sigmaB2Max, rows).entries()) {
      const began = performance.now();
      gamma.set(engine.phaseMap({ activation }).row(sigmaB2, sigmaW2).gammaStar, row * columns);
      spent += performance.now() - began;
      yield null;
    }
    yield { kind: 'isoGamma', activation, rows, columns, gamma };
  }
}
