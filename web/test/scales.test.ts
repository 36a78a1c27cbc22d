import { describe, expect, it } from 'vitest';
import { linearScale, logScale, logTicks, niceAbove, ticks } from '../src/model/scales';

describe('scales', () => {
  it('linear maps ends to ends and back', () => {
    const scale = linearScale([0, 6], [300, 20]);
    expect(scale.toPixel(0)).toBe(300);
    expect(scale.toPixel(6)).toBe(20);
    expect(scale.toValue(scale.toPixel(2.5))).toBeCloseTo(2.5, 12);
  });

  it('logarithmic puts the geometric mean in the middle and what is outside on the ends', () => {
    const scale = logScale([0.01, 100], [0, 200]);
    expect(scale.toPixel(1)).toBeCloseTo(100, 9);
    expect(scale.toPixel(0)).toBeCloseTo(0, 9);
    expect(scale.toPixel(Number.POSITIVE_INFINITY)).toBeCloseTo(200, 9);
    expect(scale.toValue(100)).toBeCloseTo(1, 9);
  });
});

describe('ticks', () => {
  it('are round, inside and free of rounding dust', () => {
    expect(ticks(0, 0.4, 4)).toEqual([0, 0.1, 0.2, 0.3, 0.4]);
    expect(ticks(0, 6, 6)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(ticks(1, 21, 5)).toEqual([5, 10, 15, 20]);
  });

  it('of a logarithmic axis are powers of ten, thinned', () => {
    expect(logTicks(0.01, 10, 6)).toHaveLength(4);
    const many = logTicks(1e-3, 1e9, 6);
    expect(many.length).toBeLessThanOrEqual(7);
    expect(many[0]).toBeCloseTo(1e-3, 15);
  });

  it('niceAbove keeps a nice value and rounds others up', () => {
    expect(niceAbove(0.2)).toBeCloseTo(0.2, 12);
    expect(niceAbove(0.21)).toBeCloseTo(0.5, 12);
    expect(niceAbove(7)).toBeCloseTo(10, 12);
  });
});
