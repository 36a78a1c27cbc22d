/** What the page says in sentences: pure functions of numbers, in each language. */
import { texts } from '../text';
import { type Sentences, sentences } from '../text/sentences';
import type { Lang } from './params';

/** What theory says of the point. */
export interface TheoryFacts {
  /** sigma_w2 of the edge of chaos at this sigma_b2, or null where there is none. */
  edge: number | null;
  /** As the engine names it. */
  phase: string;
  /** Factor of squared gradients a layer. */
  chiGrad: number;
  /** Of the output layer at this depth, and at infinite depth; may be infinite. */
  gamma: number;
  gammaStar: number;
  /** Mean share of the larger class over networks. */
  expected: number;
}

/** All that sentences are made of; null: not known yet. */
export interface Facts {
  lang: Lang;
  activation: string;
  sigmaW2: number;
  depth: number;
  network: number;
  networks: number;
  theory: TheoryFacts | null;
  map: {
    /** Every output is zero: the signal is below the smallest float32. */
    silent: boolean;
    /** Share of the plane that the network gives to class A. */
    shareOfA: number;
  } | null;
  /** Shares of class A of the small maps there are. */
  tiles: readonly number[];
  /** How many of them have outputs of zero only. */
  silentTiles: number;
  /** The histogram of this point, not of an earlier one. */
  ensemble: {
    done: number;
    mean: number;
    /** Standard error of the mean. */
    error: number;
    ksDistance: number;
    ksPValue: number;
  } | null;
  /** Some of it belongs to an earlier point. */
  stale: boolean;
}

/** A sentence or two for each place that says something. */
export interface Said {
  /** Under the title of the lab. */
  lab: string;
  /** The same for screen readers, which need not hear what is out of date; empty then. */
  live: string;
  phaseMap: string;
  classMap: string;
  networks: string;
  histogram: string;
}

/** Above this share of the plane a network counts as one-sided. */
const oneSided = 0.95;
/** Above this, gamma is but large. */
const largestGamma = 10_000;

/** Whole percents, with "over 99" and "under 1" where rounding would claim certainty. */
export function percent(share: number, lang: Lang): string {
  const rounded = Math.round(100 * share);
  if (rounded === 100 && share < 1) return sentences[lang].certainly;
  if (rounded === 0 && share > 0) return sentences[lang].hardly;
  return `${rounded} %`;
}

/** Three digits. */
export function gammaText(gamma: number, lang: Lang): string {
  if (gamma === Number.POSITIVE_INFINITY) return '∞';
  if (gamma > largestGamma) return sentences[lang].many(largestGamma.toLocaleString(lang));
  return gamma >= 100 ? String(Math.round(gamma)) : String(Number(gamma.toPrecision(3)));
}

export function majority(shareOfA: number): { name: 'A' | 'B'; share: number } {
  return shareOfA >= 0.5 ? { name: 'A', share: shareOfA } : { name: 'B', share: 1 - shareOfA };
}

/** Where sigma_w2 lies, relative to the edge, in whole percents of the edge; 0: on it. */
export function percentAboveEdge(sigmaW2: number, edge: number): number {
  return Math.round(100 * (sigmaW2 / edge - 1)) + 0;
}

/** Where sigma_w2 lies. */
function place({ activation, sigmaW2 }: Facts, { edge }: TheoryFacts, say: Sentences): string {
  if (edge === null) return say.noEdge(activation);
  const distance = percentAboveEdge(sigmaW2, edge);
  return distance === 0 ? say.onEdge : say.fromEdge(Math.abs(distance), distance > 0);
}

/** What becomes of gradients on their way back; empty where theory has no answer. */
function gradients({ chiGrad }: TheoryFacts, say: Sentences): string {
  if (!Number.isFinite(chiGrad)) return '';
  const factor = chiGrad.toFixed(2);
  if (factor === '1.00') return say.gradientsKeep;
  return chiGrad > 1 ? say.gradientsGrow(factor) : say.gradientsShrink(factor);
}

function expectation({ expected, gamma }: TheoryFacts, lang: Lang): string {
  const say = sentences[lang];
  if (gamma === Number.POSITIVE_INFINITY) return say.alike;
  return say.expected(percent(expected, lang), gammaText(gamma, lang));
}

function ofLab(facts: Facts): string {
  const { lang, theory, map } = facts;
  if (!theory || !map) return texts[lang].loading;
  const say = sentences[lang];
  const where = place(facts, theory, say);
  if (map.silent) return [where, say.silent].join(say.gap);
  const { name, share } = majority(map.shareOfA);
  return [
    where,
    say.opinion(percent(share, lang), name),
    expectation(theory, lang),
    gradients(theory, say),
  ]
    .filter((part) => part !== '')
    .join(say.gap);
}

function ofPhaseMap(facts: Facts): string {
  const { lang, theory, depth } = facts;
  if (!theory) return texts[lang].loading;
  const say = sentences[lang];
  const phase = say.phase(texts[lang].phases[theory.phase] ?? theory.phase);
  const known = !Number.isNaN(theory.gamma) && !Number.isNaN(theory.gammaStar);
  const gamma = [
    say.gamma(depth, gammaText(theory.gamma, lang)),
    say.gammaInDepth(gammaText(theory.gammaStar, lang)),
  ];
  return [place(facts, theory, say), phase, ...(known ? gamma : [])].join(say.gap);
}

function ofClassMap({ lang, map, network }: Facts): string {
  if (!map) return texts[lang].loading;
  const say = sentences[lang];
  if (map.silent) return say.networkSilent(network);
  const { name, share } = majority(map.shareOfA);
  return say.network(network, percent(share, lang), name);
}

function ofNetworks({ lang, tiles, silentTiles }: Facts): string {
  if (tiles.length === 0) return texts[lang].loading;
  const say = sentences[lang];
  if (silentTiles === tiles.length) return say.silent;
  const sided = tiles.filter((share) => majority(share).share > oneSided).length;
  const forA = tiles.filter((share) => share >= 0.5).length;
  return [say.oneSided(sided, tiles.length), say.forA(forA, tiles.length)].join(say.gap);
}

function ofHistogram({ lang, theory, ensemble, map, networks }: Facts): string {
  const say = sentences[lang];
  if (!theory || !ensemble) return say.counting(networks);
  if (map?.silent) return say.silentCounted;
  const { done, mean, error, ksDistance, ksPValue } = ensemble;
  return [
    say.counted(done, networks),
    say.maxFrequency(mean.toFixed(3), error.toFixed(3), theory.expected.toFixed(3)),
    say.gapToLaw(ksDistance.toFixed(3), ksPValue.toPrecision(2)),
  ].join(say.gap);
}

/** What there is to say. */
export function words(facts: Facts): Said {
  const lab = ofLab(facts);
  const known = facts.theory !== null && facts.map !== null;
  return {
    lab,
    live: known && !facts.stale ? lab : '',
    phaseMap: ofPhaseMap(facts),
    classMap: ofClassMap(facts),
    networks: ofNetworks(facts),
    histogram: ofHistogram(facts),
  };
}
