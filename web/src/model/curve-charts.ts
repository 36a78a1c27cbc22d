/** The charts of the lab: from results to descriptions of curves. */
import type {
  EnsembleResult,
  GradientsResult,
  LayerGradients,
  RaceCurve,
  TheoryResult,
} from '../engine/protocol';
import { texts } from '../text';
import { curvesTexts } from '../text/curves';
import type { Axis, Chart, Level, Series } from './chart';
import { edgeName } from './curve-words';
import type { Lang } from './params';

/** Numbers 1, 2, ... of layers. */
function layersOf(values: readonly unknown[]): number[] {
  return values.map((_, i) => i + 1);
}

/** JSON and charts know no NaN. */
function present(values: readonly number[]): (number | null)[] {
  return values.map((value) => (Number.isNaN(value) ? null : value));
}

function layerAxis(lang: Lang, count: number): Axis {
  const { layer } = curvesTexts[lang];
  return { label: layer, scale: 'linear', unit: 'whole', low: 1, high: Math.max(2, count) };
}

/** Squared gradients of the hidden layers relative to the top one, by theory. */
export function backwardGradients(layers: TheoryResult['layers']): number[] {
  const logs = [0];
  for (const { backward } of layers.slice(0, -2).reverse()) {
    logs.unshift((logs[0] as number) + Math.log(backward));
  }
  return logs.map(Math.exp);
}

export interface DepthResults {
  theory: TheoryResult;
  ensemble: EnsembleResult | null;
  gradients: GradientsResult | null;
  /** Whether the measurements belong to an earlier state. */
  stale: { ensemble: boolean; gradients: boolean };
}

/** By hidden layer; empty where nothing is measured. */
export function measuredExcess({ gradients }: DepthResults): number[] {
  return gradients && gradients.networks > 0 ? gradients.excess.map(Math.exp) : [];
}

const limitLooks = { colour: '--ink-soft', dash: [3, 3] };

/** Gamma is drawn between these, whatever happens. */
const gammaWithin = [1e-3, 1e9] as const;

/** c, gamma, q and squared gradients against the layer: theory as lines, measurements as dots. */
export function depthCharts(lang: Lang, results: DepthResults): Chart[] {
  const { theory, ensemble, stale } = results;
  const text = curvesTexts[lang];
  const words = texts[lang];
  const count = theory.layers.length;
  const x = layerAxis(lang, count);
  const curves = (line: readonly number[], dots: readonly number[], pale: boolean): Series[] => [
    {
      ...{ name: words.measured, kind: 'dots', colour: '--dot', pale },
      x: layersOf(dots),
      y: present(dots),
    },
    { name: words.theory, kind: 'line', colour: '--ink', x: layersOf(line), y: present(line) },
  ];
  const { gammaStar, cStar, qStar } = theory.fixedPoint;
  const limit = (at: number, first: number): Level[] =>
    Number.isFinite(at)
      ? [{ ...limitLooks, name: text.limit, at, side: 'right', below: first > at }]
      : [];
  // where the curve is not: it rises to the limit
  const place = gammaStar < 1 ? { side: 'left' as const } : { side: 'right' as const, below: true };
  const neutral: Level = {
    ...{ name: text.neutral, at: 1, colour: '--neutrality', dash: [7, 4], ...place },
  };
  const lineOf = (quantity: 'q' | 'c' | 'gamma') => theory.layers.map((layer) => layer[quantity]);
  const lowest = Math.min(0, ...lineOf('c'), ...(ensemble?.c.filter(Number.isFinite) ?? []));
  const { c, gamma, q, gradient } = text.depthQuantity;
  return [
    {
      x,
      y: { label: c, scale: 'linear', low: Math.floor(5 * lowest) / 5, high: 1 },
      series: curves(lineOf('c'), ensemble?.c ?? [], stale.ensemble),
      levels: limit(cStar, 0),
    },
    {
      x,
      y: { label: gamma, scale: 'logarithmic', within: gammaWithin },
      series: curves(lineOf('gamma'), ensemble?.gamma ?? [], stale.ensemble),
      levels: [neutral, ...limit(gammaStar, 0)],
    },
    {
      x,
      y: { label: q, scale: 'logarithmic' },
      series: curves(lineOf('q'), ensemble?.q ?? [], stale.ensemble),
      levels: qStar > 0 ? limit(qStar, lineOf('q')[0] ?? 0) : [],
    },
    {
      x,
      y: { label: gradient, scale: 'logarithmic' },
      series: curves(backwardGradients(theory.layers), measuredExcess(results), stale.gradients),
      levels: [],
    },
  ];
}

/** Logarithms to base 10 of natural ones. */
function toBaseTen(logs: readonly number[]): (number | null)[] {
  return logs.map((log) => (Number.isFinite(log) ? log / Math.LN10 : null));
}

/** Squared gradients against the layer, for labels of either kind. */
export function gradientsChart(lang: Lang, result: GradientsResult, stale: boolean): Chart {
  const text = curvesTexts[lang];
  const looks = {
    favoured: { colour: '--dot' },
    unfavoured: { colour: '--ink', dash: [7, 3] },
  };
  const pair = (
    kind: 'favoured' | 'unfavoured',
    { theory, measured }: LayerGradients,
  ): Series[] => [
    {
      ...{ name: text.gradientSeries[kind].measured, kind: 'dots', pale: stale },
      colour: looks[kind].colour,
      x: layersOf(measured),
      y: toBaseTen(measured),
    },
    {
      ...{ name: text.gradientSeries[kind].theory, kind: 'line', ...looks[kind] },
      x: layersOf(theory),
      y: toBaseTen(theory),
    },
  ];
  return {
    x: layerAxis(lang, result.favoured.theory.length),
    y: { label: text.gradientsAxis, scale: 'linear' },
    series: [...pair('unfavoured', result.unfavoured), ...pair('favoured', result.favoured)],
    levels: [],
  };
}

const raceLooks: readonly Pick<Series, 'colour' | 'dash' | 'width'>[] = [
  { colour: '--class-a', width: 2.4 },
  { colour: '--edge', width: 3 },
  { colour: '--neutrality', dash: [7, 3], width: 2.4 },
  { colour: '--class-b', dash: [2, 3], width: 2.4 },
];

/** sigma_w2 of a network that learns, in multiples of that of the edge, where the second one is. */
export function multipleOfEdge(curves: readonly RaceCurve[], curve: RaceCurve): number {
  return curve.sigmaW2 / (curves[1]?.sigmaW2 ?? curve.sigmaW2);
}

/** Right guesses and share of the most frequent guess, against the steps learnt. */
export function raceCharts(lang: Lang, curves: readonly RaceCurve[], steps: number): Chart[] {
  const text = curvesTexts[lang];
  return (['accuracy', 'maxFrequency'] as const).map((quantity) => ({
    x: { label: text.raceAxis, scale: 'fromZero', unit: 'whole', low: 0, high: steps },
    y: { label: text.raceQuantity[quantity], scale: 'linear', unit: 'percent', low: 0, high: 1 },
    series: curves.map((curve, i) => ({
      ...{ kind: 'line', colour: '--ink', ...raceLooks[i] },
      name: `σ_w² = ${curve.sigmaW2.toFixed(2)} (${edgeName(lang, multipleOfEdge(curves, curve))})${
        curve.lost ? `, ${text.lost}` : ''
      }`,
      short: edgeName(lang, multipleOfEdge(curves, curve)),
      x: curve.steps,
      y: present(curve[quantity]),
    })),
    levels: [],
  }));
}
