import { clamp } from './params';

/** Where "cross the line" ends: well on the other side of the edge. */
export function sweepTarget(sigmaW2: number, edge: number): number {
  return clamp('sigmaW2', sigmaW2 > edge ? 0.55 * edge : 2.1 * edge);
}

/** sigma_w2 after a share of the sweep's time in [0, 1], slow at both ends. */
export function sweepAt(from: number, to: number, share: number): number {
  const eased = share * share * (3 - 2 * share);
  return clamp('sigmaW2', from + (to - from) * eased);
}
