import { expect, it } from 'vitest';
import type { IsoGammaResult } from '../src/engine/protocol';
import { bandOf, legend, paintIsoGamma } from '../src/model/iso-gamma';

const result: IsoGammaResult = {
  kind: 'isoGamma',
  activation: 'tanh',
  rows: 2,
  columns: 2,
  gamma: Float64Array.of(0.1, 1, 10, Number.POSITIVE_INFINITY),
};

it('bands rise with gamma, a new one begins at 1, and the ends are 0 and 1', () => {
  expect(bandOf(0)).toBe(0);
  expect(bandOf(0.1)).toBe(0);
  expect(bandOf(Number.POSITIVE_INFINITY)).toBe(1);
  expect(bandOf(0.999)).toBeLessThan(bandOf(1));
  for (let band = 0; band <= 12; ++band) {
    expect(bandOf(0.1 * 10 ** (band / 4)), `${band}`).toBeCloseTo(band / 12, 12);
  }
  expect(bandOf(1)).toBe(bandOf(1.7));
  expect(bandOf(1.7)).toBeLessThan(bandOf(1.8));
});

it('paints sigma_b2 to the right and sigma_w2 upwards', () => {
  const pixels = new Uint32Array(4);
  paintIsoGamma(result, 2, pixels);
  const [topLeft, topRight, bottomLeft, bottomRight] = pixels;
  const red = (word = 0) => word & 255;
  const blue = (word = 0) => (word >>> 16) & 255;
  expect(red(bottomLeft)).toBeLessThan(blue(bottomLeft)); // 0.1: green
  expect(red(topRight)).toBeGreaterThan(2 * blue(topRight)); // infinite: red
  expect(red(bottomRight)).toBeGreaterThan(blue(bottomRight)); // 10: orange
  expect(topLeft).not.toBe(bottomLeft);
});

it('the legend names gammas in order, with a colour each', () => {
  expect(legend.map(({ gamma }) => gamma)).toEqual([0.1, 0.4, 1, 4, 20, 100]);
  expect(new Set(legend.map(({ colour }) => colour)).size).toBe(6);
});
