import { describe, expect, it } from 'vitest';
import { linearScale, logTicks, niceAbove, niceBelow, ticks } from '../src/model/scales';

describe('scales', () => {
  it('linear maps ends to ends and back', () => {
    const scale = linearScale([0, 6], [300, 20]);
    expect(scale.toPixel(0)).toBe(300);
    expect(scale.toPixel(6)).toBe(20);
    expect(scale.toValue(scale.toPixel(2.5))).toBeCloseTo(2.5, 12);
  });
});

describe('ticks', () => {
  it('are round, inside and free of rounding dust', () => {
    expect(ticks(0, 0.4, 4)).toEqual([0, 0.1, 0.2, 0.3, 0.4]);
    expect(ticks(0, 6, 6)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(ticks(1, 21, 5)).toEqual([5, 10, 15, 20]);
  });

  it('of a logarithmic axis are powers of ten, thinned around 1', () => {
    expect(logTicks(0.01, 10, 6)).toEqual([0.01, 0.1, 1, 10]);
    expect(logTicks(1e-3, 1e9, 6)).toEqual([1e-2, 1, 1e2, 1e4, 1e6, 1e8]);
    expect(logTicks(1e-12, 2, 4)).toEqual([1e-10, 1e-5, 1]);
  });

  it('niceAbove keeps a nice value and rounds others up', () => {
    expect(niceAbove(0.2)).toBeCloseTo(0.2, 12);
    expect(niceAbove(0.21)).toBeCloseTo(0.5, 12);
    expect(niceAbove(7)).toBeCloseTo(10, 12);
  });

  it('niceBelow keeps a nice value and rounds others down', () => {
    expect(niceBelow(0.2)).toBeCloseTo(0.2, 12);
    expect(niceBelow(0.49)).toBeCloseTo(0.2, 12);
    expect(niceBelow(7)).toBeCloseTo(5, 12);
  });
});
