/** Colours of gamma over the phase diagram. */
import type { IsoGammaResult } from '../engine/protocol';
import { parameters } from './params';
import type { Point } from './point';

/** Gamma between these is told apart; steps between bands are lines of constant gamma. */
const [lowest, highest] = [0.1, 100];
/** So many bands a decade. */
const bandsPerDecade = 4;

/** From neutral, green like its line, over white at gamma = 1 to prejudice, orange, and deep prejudice,
 * red; transparent enough to leave lines and words readable in either theme. */
const stops = [
  { at: 0, colour: [0, 121, 90, 120] },
  { at: 1 / 3, colour: [190, 190, 190, 20] },
  { at: 0.66, colour: [230, 159, 0, 110] },
  { at: 1, colour: [204, 34, 34, 120] },
] as const;

/** Where gamma lies between `lowest` and `highest`, in bands: 0 .. 1. */
export function bandOf(gamma: number): number {
  const place = Math.log10(Math.min(highest, Math.max(lowest, gamma)) / lowest);
  const decades = Math.log10(highest / lowest);
  return Math.floor(place * bandsPerDecade + 1e-9) / (decades * bandsPerDecade);
}

function wordOf(share: number): number {
  const next = Math.max(
    1,
    stops.findIndex(({ at }) => at >= share - 1e-9),
  );
  const [low, high] = [stops[next - 1], stops[next]] as [
    (typeof stops)[number],
    (typeof stops)[number],
  ];
  const mix = (share - low.at) / (high.at - low.at);
  const part = (i: number) => {
    const from = low.colour[i] as number;
    return Math.round(from + mix * ((high.colour[i] as number) - from));
  };
  return ((part(3) << 24) | (part(2) << 16) | (part(1) << 8) | part(0)) >>> 0;
}

/** Fills an image, rows wide and columns high: sigma_b2 to the right, sigma_w2 upwards. Little-endian
 * RGBA words; what is not known yet stays transparent. */
export function paintIsoGamma({ rows, columns, gamma }: IsoGammaResult, pixels: Uint32Array): void {
  for (let row = 0; row < rows; ++row) {
    for (let column = 0; column < columns; ++column) {
      const value = gamma[row * columns + column] as number;
      const pixel = (columns - 1 - column) * rows + row;
      pixels[pixel] = Number.isNaN(value) ? 0 : wordOf(bandOf(value));
    }
  }
}

const correlation = (gamma: number) =>
  gamma === Number.POSITIVE_INFINITY ? 1 : gamma / (1 + gamma);

/** Gamma between the grid points around a place, which share their correlations c = gamma / (1 +
 * gamma): these are finite. Null where one of them is not known yet. */
export function gammaAt(
  { rows, columns, gamma }: IsoGammaResult,
  { sigmaB2, sigmaW2 }: Point,
): number | null {
  const along = (value: number, low: number, high: number, count: number) => {
    const place = ((value - low) / (high - low)) * (count - 1);
    const first = Math.min(count - 2, Math.max(0, Math.floor(place)));
    return { first, share: Math.min(1, Math.max(0, place - first)) };
  };
  const { sigmaB2: b, sigmaW2: w } = parameters;
  const row = along(sigmaB2, 0, b.max, rows);
  const column = along(sigmaW2, w.min, w.max, columns);
  const c = (i: number, j: number) =>
    correlation(gamma[(row.first + i) * columns + column.first + j] as number);
  const between = (i: number) => c(i, 0) + column.share * (c(i, 1) - c(i, 0));
  const mean = between(0) + row.share * (between(1) - between(0));
  return Number.isNaN(mean) ? null : mean / (1 - mean);
}
