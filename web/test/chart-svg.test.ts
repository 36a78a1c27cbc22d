import { expect, it } from 'vitest';
import type { Chart } from '../src/model/chart';
import { chartsSvg, labelHeight, legendOf } from '../src/model/chart-svg';

const level = {
  ...{ name: 'γ = 1', at: 1, colour: '--neutrality', dash: [2, 2] },
  side: 'left' as const,
};
const chart: Chart = {
  x: { label: 'layer', scale: 'linear', low: 0, high: 4 },
  y: { label: 'a < b', scale: 'logarithmic', low: 0.01, high: 100 },
  series: [
    {
      ...{ name: 'σ_w² = 2', kind: 'line', colour: '--ink', dash: [7, 3], width: 3 },
      x: [0, 1, 2, 3, 4],
      y: [0.01, 1, 0, 1, 100],
    },
    { name: 'measured', kind: 'dots', colour: '--dot', pale: true, x: [2], y: [1] },
  ],
  levels: [level, { ...level, name: 'above', at: 1e6 }, { ...level, name: 'under', at: 1e-6 }],
};
const colourOf = (property: string) => `rgb(${property.length},0,0)`;
const svg = chartsSvg([chart, chart], { title: 'x & y', colourOf, columns: 2 });

it('a picture of charts needs nothing but itself', () => {
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="680" /);
  expect(svg).not.toMatch(/var\(|class=|style=|href=|undefined|NaN|null/);
  expect(svg).toContain('<title>x &#38; y</title>');
  expect(svg).toContain('a &#60; b');
  const opened = svg.match(/<[a-z]/gi)?.length;
  expect(svg.match(/<\//g)).toHaveLength(opened ?? 0);
});

it('curves pass through their values and break where there is none', () => {
  const [path] = svg.match(/ d="[^"]*"/) ?? [];
  const points = [...(path ?? '').matchAll(/([ML])([\d.]+) ([\d.]+)/g)].map(([, pen, x, y]) => ({
    pen,
    x: Number(x),
    y: Number(y),
  }));
  expect(points.map(({ pen }) => pen).join('')).toBe('MLML');
  const [x0, x1, x3, x4] = points.map(({ x }) => x) as [number, number, number, number];
  const [low, middle, , high] = points.map(({ y }) => y) as [number, number, number, number];
  expect((x1 - x0) / (x4 - x0)).toBeCloseTo(1 / 4, 2);
  expect((x3 - x0) / (x4 - x0)).toBeCloseTo(3 / 4, 2);
  expect((low - middle) / (low - high), 'in the middle of the decades').toBeCloseTo(1 / 2, 2);
  const [, cx, cy] = svg.match(/<circle cx="([\d.]+)" cy="([\d.]+)"/) ?? [];
  expect(Number(cx)).toBeCloseTo((x0 + x4) / 2, 0);
  expect(Number(cy)).toBeCloseTo(middle, 0);
});

it('looks are those of the series, what is of an earlier state is pale', () => {
  expect(svg).toContain(`stroke="${colourOf('--ink')}" stroke-width="3"`);
  expect(svg).toContain('stroke-dasharray="7 3"');
  expect(svg).toContain(`<g fill="${colourOf('--dot')}" opacity="0.35">`);
});

it('levels have names, those outside of the frame are left out', () => {
  expect(svg).toContain('γ = 1');
  expect(svg).not.toMatch(/above|under/);
  expect(labelHeight(level, 100, 10)).toBeLessThan(100);
  expect(labelHeight(level, 12, 10), 'keeps clear of the axis').toBeGreaterThan(12);
  expect(labelHeight({ ...level, side: 'right' }, 12, 10)).toBeLessThan(12);
  expect(labelHeight({ ...level, below: true }, 100, 10)).toBeGreaterThan(100);
});

it('the legend names every curve once, in all charts', () => {
  expect(legendOf([chart, chart]).map(({ name }) => name)).toEqual(['σ_w² = 2', 'measured']);
  expect(svg.match(/>measured</g)).toHaveLength(1);
  expect(svg).toContain('σ<tspan dy="3" font-size="75%">w</tspan>');
});
