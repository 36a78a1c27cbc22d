/** What charts of curves say in sentences: pure functions of numbers, in both languages. */

import { curvesTexts } from '../text/curves';
import { sentences } from '../text/sentences';
import { numberText } from './chart';
import type { Lang } from './params';
import { percent } from './words';

/** Factors a layer this near to 1, in their logarithm, are called none. */
const noChange = 0.005;

function together(lang: Lang, said: string[]): string {
  return said.join(sentences[lang].gap);
}

interface Trends {
  grow(factor: string): string;
  shrink(factor: string): string;
  stay: string;
}

/** What to say of a factor a layer, given as its natural logarithm. */
function trend(logFactor: number, { grow, shrink, stay }: Trends): string {
  if (Math.abs(logFactor) < noChange) return stay;
  const factor = numberText(Math.exp(logFactor));
  return logFactor > 0 ? grow(factor) : shrink(factor);
}

/** The mean change from a layer to the one below, of logarithms by layer; null for a single layer. */
export function logRate(logs: readonly number[]): number | null {
  const [bottom, top] = [logs[0], logs.at(-1)];
  if (bottom === undefined || top === undefined || logs.length < 2) return null;
  const rate = (bottom - top) / (logs.length - 1);
  return Number.isFinite(rate) ? rate : null;
}

export interface DepthFacts {
  /** Hidden layers. */
  depth: number;
  /** Of the last hidden layer; measured is null where nothing is. */
  theory: number;
  measured: number | null;
  /** At infinite depth. */
  limit: number;
  /** Logarithm of the factor of squared gradients a layer; null: there is but one. */
  gradientRate: number | null;
}

export function gammaSentence(
  lang: Lang,
  { depth, theory, measured, limit }: Omit<DepthFacts, 'gradientRate'>,
): string {
  const text = curvesTexts[lang];
  return together(lang, [
    measured === null
      ? text.gammaTheory(depth, numberText(theory))
      : text.gammaMeasured(depth, numberText(measured), numberText(theory)),
    Number.isFinite(limit) ? text.tendsTo(numberText(limit)) : text.growsForEver,
  ]);
}

export function backwardSentence(lang: Lang, gradientRate: number): string {
  const { gradientsGrow, gradientsShrink, gradientsStay } = curvesTexts[lang];
  return trend(gradientRate, {
    grow: gradientsGrow,
    shrink: gradientsShrink,
    stay: gradientsStay,
  });
}

export function depthSentence(lang: Lang, facts: DepthFacts): string {
  const { gradientRate } = facts;
  const gamma = gammaSentence(lang, facts);
  return gradientRate === null
    ? gamma
    : together(lang, [gamma, backwardSentence(lang, gradientRate)]);
}

export interface GradientFacts {
  networks: number;
  of: number;
  /** Natural logarithms of the median squared gradient, by hidden layer. */
  favoured: readonly number[];
  unfavoured: readonly number[];
}

/** exp(log) as text, also where it leaves the range of numbers. */
export function powerText(log: number): string {
  const exponent = log / Math.LN10;
  if (Math.abs(exponent) < 300) return numberText(10 ** exponent, 2);
  return Number.isFinite(exponent) ? `10^${numberText(exponent)}` : '0';
}

/** Of theory, while `networks` is 0. */
export function gradientsSentence(
  lang: Lang,
  { networks, of, favoured, unfavoured }: GradientFacts,
): string {
  const text = curvesTexts[lang];
  const [top, otherTop] = [favoured.at(-1), unfavoured.at(-1)];
  if (top === undefined || otherTop === undefined) return '';
  const rate = logRate(unfavoured);
  const source = networks > 0 ? text.topMeasured : text.topTheory;
  return together(lang, [
    text.networksDone(networks, of),
    text.topGradients(source, powerText(top), powerText(otherTop)),
    ...(rate === null
      ? []
      : [trend(rate, { grow: text.bothGrow, shrink: text.bothShrink, stay: text.bothStay })]),
  ]);
}

export interface RaceFacts {
  step: number;
  steps: number;
  networks: readonly {
    /** sigma_w2 over that of the edge of chaos. */
    multiple: number;
    accuracy: number;
    /** Share of the most frequent guess, before learning and now. */
    firstShare: number;
    share: number;
    lost: boolean;
  }[];
}

export function edgeName(lang: Lang, multiple: number): string {
  return curvesTexts[lang].raceEdge(multiple.toFixed(2));
}

export function raceSentence(lang: Lang, { step, steps, networks }: RaceFacts): string {
  const text = curvesTexts[lang];
  const running = networks.filter(({ lost }) => !lost);
  if (running.length === 0) return '';
  if (step === 0) {
    const shares = running.map(
      ({ multiple, share }) => `${edgeName(lang, multiple)} ${percent(share, lang)}`,
    );
    return text.raceBefore(shares.join(text.comma));
  }
  const best = Math.max(...running.map(({ accuracy }) => accuracy));
  const leaders = running.filter(({ accuracy }) => accuracy === best);
  const shares = running.map(({ multiple, firstShare, share }) =>
    text.raceShare(edgeName(lang, multiple), percent(firstShare, lang), percent(share, lang)),
  );
  return together(lang, [
    text.raceLeads(
      step,
      steps,
      leaders.map(({ multiple }) => edgeName(lang, multiple)),
      percent(best, lang),
    ),
    text.raceShares(shares.join(text.comma)),
  ]);
}
