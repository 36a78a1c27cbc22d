import type { Engine } from 'igb';
import type { IsoGammaRequest, IsoGammaResult } from '../protocol';

const [rows, columns] = [64, 96];
const rowsPerResult = 16;

function grid(low: number, high: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

/** Gamma at infinite depth over the phase diagram, a row at a time. */
export function* isoGamma(
  engine: Engine,
  { activation, sigmaB2Max, sigmaW2Min, sigmaW2Max }: IsoGammaRequest,
): Generator<IsoGammaResult | null> {
  const sigmaW2 = grid(sigmaW2Min, sigmaW2Max, columns);
  const gamma = new Float64Array(rows * columns).fill(Number.NaN);
  for (const [row, sigmaB2] of grid(0, sigmaB2Max, rows).entries()) {
    const { gammaStar } = engine.phaseMap({ activation }).row(sigmaB2, sigmaW2);
    gamma.set(gammaStar, row * columns);
    const due = (row + 1) % rowsPerResult === 0;
    yield due ? { kind: 'isoGamma', activation, rows, columns, gamma: gamma.slice() } : null;
  }
}
