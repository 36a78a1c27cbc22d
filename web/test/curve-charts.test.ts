import { describe, expect, it } from 'vitest';
import type {
  EnsembleResult,
  GradientsResult,
  RaceCurve,
  TheoryResult,
} from '../src/engine/protocol';
import {
  backwardGradients,
  depthCharts,
  gradientsChart,
  measuredExcess,
  multipleOfEdge,
  raceCharts,
} from '../src/model/curve-charts';

const layer = (q: number, c: number, backward: number) => {
  const d = 1 - c;
  return { q, c, d, gamma: c / d, backward };
};

const theory: TheoryResult = {
  kind: 'theory',
  fixedPoint: {
    ...{ qStar: 2, cStar: 0.5, gammaStar: 1, chi1: 1, chiCStar: 1, xiQ: 1, xiC: 1, xiGrad: 1 },
    ...{ phase: 'neutrality', chiGrad: 2, qFixedPoints: 1 },
  },
  edge: 1,
  neutrality: 2,
  layers: [layer(3, 0.1, 2), layer(2.5, 0.2, 3), layer(2.1, 0.4, 100), layer(2, 0.45, 100)],
  law: new Float64Array(),
  floor: new Float64Array(),
};
const ensemble: EnsembleResult = {
  kind: 'ensemble',
  fractions: new Float64Array(),
  ...{ q: [3, 2.4, Number.NaN], c: [0.1, 0.2, -0.3], gamma: [0.1, 0.2, -0.01] },
  ...{ ksDistance: 0, ksPValue: 1 },
};
const gradients: GradientsResult = {
  kind: 'gradients',
  ...{ networks: 3, of: 24 },
  favoured: {
    theory: [-2 * Math.LN10, -3 * Math.LN10],
    measured: [Number.NEGATIVE_INFINITY, -4 * Math.LN10],
  },
  unfavoured: { theory: [Math.LN10, 0], measured: [0, 0] },
  excess: [Math.log(5), Math.log(2), 0],
};
const stale = { ensemble: true, gradients: false };
const results = { theory, ensemble, gradients, stale };

describe('depth', () => {
  it('squared gradients are the products of the factors below the top hidden layer', () => {
    const products = backwardGradients(theory.layers);
    expect(products).toHaveLength(3);
    expect(products[2]).toBe(1);
    expect(products[1]).toBeCloseTo(3, 12);
    expect(products[0]).toBeCloseTo(6, 12);
    expect(backwardGradients(theory.layers.slice(0, 2)), 'one hidden layer').toEqual([1]);
  });

  it('has theory up to the output, drawn over the measured hidden layers', () => {
    const charts = depthCharts('en', results);
    expect(charts.map(({ y }) => y.label[0])).toEqual(['c', 'γ', 'q', 's']);
    for (const { series, x } of charts) {
      expect(series.map(({ kind }) => kind)).toEqual(['dots', 'line']);
      expect([x.low, x.high]).toEqual([1, 4]);
    }
    const [c, , q, gradient] = charts.map(({ series }) => series.map(({ y }) => y));
    expect(c?.[1]).toEqual([0.1, 0.2, 0.4, 0.45]);
    expect(q?.[0], 'a layer without signal').toEqual([3, 2.4, null]);
    expect(gradient?.[0]?.map((value) => Math.round(value as number))).toEqual([5, 2, 1]);
  });

  it('only what is of an earlier state is pale, and negative correlations have room', () => {
    const [c, , , gradient] = depthCharts('en', results);
    expect(c?.series[0]?.pale).toBe(true);
    expect(gradient?.series[0]?.pale).toBe(false);
    expect(c?.y.low).toBeCloseTo(-0.4, 12);
  });

  it('levels are gamma = 1 and the fixed point, where it is finite', () => {
    const names = (star: number) =>
      depthCharts('en', {
        ...results,
        theory: { ...theory, fixedPoint: { ...theory.fixedPoint, gammaStar: star } },
      })[1]?.levels.map(({ name }) => name);
    expect(names(0.5)).toEqual(['γ = 1', 'infinite depth']);
    expect(names(Number.POSITIVE_INFINITY)).toEqual(['γ = 1']);
  });

  it('has no measurements before there are any', () => {
    const before = { ...results, ensemble: null, gradients: { ...gradients, networks: 0 } };
    expect(measuredExcess(before)).toEqual([]);
    expect(depthCharts('en', before).flatMap(({ series }) => series[0]?.x)).toEqual([]);
  });
});

it('gradients are drawn as powers of ten, without those that are zero', () => {
  const { series } = gradientsChart('en', gradients, false);
  const byName = Object.fromEntries(series.map(({ name, y }) => [name, y]));
  expect(byName['favoured class, theory']).toEqual([-2, -3]);
  expect(byName['favoured class, measured']).toEqual([null, -4]);
  expect(byName['other class, theory']).toEqual([1, 0]);
});

it('a race has a curve for each network in both charts, named by its place at the edge', () => {
  const curves = [1.6, 2, 2.5, 5].map((sigmaW2) => ({
    ...{ sigmaW2, lost: sigmaW2 === 5 },
    ...{ steps: [0, 1], accuracy: [0.5, 0.6], maxFrequency: [1, 0.8] },
  }));
  const charts = raceCharts('en', curves, 1000);
  expect(charts.map(({ series }) => series.length)).toEqual([4, 4]);
  expect(charts[0]?.series[0]?.name).toBe('σ_w² = 1.60 (0.80 × edge)');
  expect(charts[0]?.series[3]?.name).toContain('overflowed');
  expect(charts[1]?.series[1]?.y).toEqual([1, 0.8]);
  expect(new Set(charts[0]?.series.map(({ colour }) => colour)).size).toBe(4);
  expect(multipleOfEdge(curves, curves[3] as RaceCurve)).toBe(2.5);
  expect(raceCharts('en', [], 1000).map(({ series }) => series)).toEqual([[], []]);
});
