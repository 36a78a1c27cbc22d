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

const correlation = (gamma: number) =>
  gamma === Number.POSITIVE_INFINITY ? 1 : gamma / (1 + gamma);

/** Gamma between grid points, by the shares of the way from end to end; what lies around a place
 * shares its correlations c = gamma / (1 + gamma): these are finite. */
function gammaBetween(
  { rows, columns, gamma }: IsoGammaResult,
  alongSigmaB2: number,
  alongSigmaW2: number,
): number {
  const [row, column] = [alongSigmaB2 * (rows - 1), alongSigmaW2 * (columns - 1)];
  const i = Math.min(rows - 2, Math.floor(row));
  const j = Math.min(columns - 2, Math.floor(column));
  const c = (down: number, right: number) =>
    correlation(gamma[(i + down) * columns + j + right] as number);
  const between = (down: number) => c(down, 0) + (column - j) * (c(down, 1) - c(down, 0));
  const mean = between(0) + (row - i) * (between(1) - between(0));
  return mean / (1 - mean);
}

/** Gamma at a point of the diagram. */
export function gammaAt(result: IsoGammaResult, { sigmaB2, sigmaW2 }: Point): number {
  const { sigmaB2: b, sigmaW2: w } = parameters;
  const share = (value: number, low: number, high: number) =>
    Math.min(1, Math.max(0, (value - low) / (high - low)));
  return gammaBetween(result, share(sigmaB2, b.min, b.max), share(sigmaW2, w.min, w.max));
}

/** Fills an image: sigma_b2 to the right, sigma_w2 upwards. Little-endian RGBA words. */
export function paintIsoGamma(result: IsoGammaResult, side: number, pixels: Uint32Array): void {
  for (let y = 0; y < side; ++y) {
    for (let x = 0; x < side; ++x) {
      const gamma = gammaBetween(result, x / (side - 1), 1 - y / (side - 1));
      pixels[y * side + x] = wordOf(bandOf(gamma));
    }
  }
}

/** Values of gamma beside their colours, for a legend; each as CSS writes it. */
export const legend = [0.1, 0.4, 1, 4, 20, 100].map((gamma) => {
  const word = wordOf(bandOf(gamma));
  const [red, green, blue, alpha] = [0, 8, 16, 24].map((shift) => (word >>> shift) & 255);
  return { gamma, colour: `rgb(${red} ${green} ${blue} / ${((alpha ?? 0) / 255).toFixed(2)})` };
});
