/** The values under the pointer, in words. */
import type { Line } from '../engine/protocol';
import { sentences } from '../text/sentences';
import type { Lang } from './params';
import type { Input } from './plane';
import type { Point } from './point';
import { gammaText, majority, percentAboveEdge } from './words';

/** sigma_w2 of a line between its samples; null where it does not exist. */
export function heightOf(line: Line, sigmaB2: number): number | null {
  const next = line.findIndex((sample) => sample.sigmaB2 >= sigmaB2);
  const [low, high] = [line[Math.max(0, next - 1)], line[next]];
  if (!low || !high || low.sigmaW2 === null || high.sigmaW2 === null) return null;
  const width = high.sigmaB2 - low.sigmaB2;
  const share = width === 0 ? 0 : (sigmaB2 - low.sigmaB2) / width;
  return low.sigmaW2 + share * (high.sigmaW2 - low.sigmaW2);
}

/** Lines break between values, not within. */
function join(parts: readonly string[], gap: string): string {
  return parts.map((part) => part.replaceAll(' ', '\u00a0')).join(gap);
}

/** A point of the phase diagram; what is not known is left out. */
export function ofPoint(
  lang: Lang,
  { sigmaW2, sigmaB2 }: Point,
  gamma: number | null,
  edge: number | null,
): string {
  const { at } = sentences[lang];
  const parts = [`σ_w² = ${sigmaW2}`, `σ_b² = ${sigmaB2}`];
  if (gamma !== null && !Number.isNaN(gamma)) parts.push(at.gamma(gammaText(gamma, lang)));
  if (edge !== null) {
    const distance = percentAboveEdge(sigmaW2, edge);
    if (distance === 0) parts.push(at.onEdge);
    else parts.push(distance > 0 ? at.aboveEdge(distance) : at.belowEdge(-distance));
  }
  return join(parts, at.gap);
}

/** Three digits; as a power of ten where there is next to nothing. */
function small(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(1) : value.toPrecision(3);
}

/** An input of the class map. */
export function ofInput(lang: Lang, { x, y, margin }: Input): string {
  const { at } = sentences[lang];
  const { name } = majority(margin >= 0 ? 1 : 0);
  const parts = [at.input(x.toFixed(2), y.toFixed(2)), at.margin(small(Math.abs(margin)), name)];
  return join(parts, at.gap);
}

const percents = (share: number) => `${(100 * share).toFixed(1)} %`;

/** A bar of the histogram; null: not counted, or not computed yet. */
export function ofBin(
  lang: Lang,
  bin: number,
  bins: number,
  measured: number | null,
  law: number | null,
): string {
  const { at } = sentences[lang];
  const parts = [at.bin((bin / bins).toFixed(2), ((bin + 1) / bins).toFixed(2))];
  if (measured !== null) parts.push(at.measured(percents(measured)));
  if (law !== null) parts.push(at.law(percents(law)));
  return join(parts, at.gap);
}
