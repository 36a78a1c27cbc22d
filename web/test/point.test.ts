import { describe, expect, it } from 'vitest';
import { moveByKey } from '../src/model/point';
import { sweepAt, sweepTarget } from '../src/model/sweep';

const point = { sigmaW2: 2, sigmaB2: 0.1 };

describe('moveByKey', () => {
  it('moves up and down in sigma_w2, left and right in sigma_b2', () => {
    expect(moveByKey(point, 'ArrowUp', false)).toEqual({ sigmaW2: 2.05, sigmaB2: 0.1 });
    expect(moveByKey(point, 'ArrowDown', false)).toEqual({ sigmaW2: 1.95, sigmaB2: 0.1 });
    expect(moveByKey(point, 'ArrowRight', false)).toEqual({ sigmaW2: 2, sigmaB2: 0.105 });
    expect(moveByKey(point, 'ArrowLeft', false)).toEqual({ sigmaW2: 2, sigmaB2: 0.095 });
  });

  it('takes fine steps with Shift and large ones with the page keys', () => {
    expect(moveByKey(point, 'ArrowUp', true)?.sigmaW2).toBe(2.01);
    expect(moveByKey(point, 'ArrowRight', true)?.sigmaB2).toBe(0.101);
    expect(moveByKey(point, 'PageUp', false)?.sigmaW2).toBe(2.5);
    expect(moveByKey(point, 'PageDown', false)?.sigmaW2).toBe(1.5);
    expect(moveByKey(point, 'Home', false)).toEqual({ sigmaW2: 0.1, sigmaB2: 0.1 });
    expect(moveByKey(point, 'End', false)).toEqual({ sigmaW2: 6, sigmaB2: 0.1 });
  });

  it('stops at the border and leaves other keys alone', () => {
    expect(moveByKey({ sigmaW2: 0.1, sigmaB2: 0 }, 'ArrowDown', false)?.sigmaW2).toBe(0.1);
    expect(moveByKey({ sigmaW2: 6, sigmaB2: 0.4 }, 'ArrowRight', false)?.sigmaB2).toBe(0.4);
    expect(moveByKey(point, 'Tab', false)).toBeNull();
  });
});

describe('sweep', () => {
  it('ends on the other side of the edge', () => {
    expect(sweepTarget(4, 2)).toBeLessThan(2);
    expect(sweepTarget(1, 2)).toBeGreaterThan(2);
  });

  it('starts and ends where it should', () => {
    expect(sweepAt(4, 1.1, 0)).toBe(4);
    expect(sweepAt(4, 1.1, 1)).toBe(1.1);
    expect(sweepAt(4, 1, 0.5)).toBe(2.5);
    // Slow at both ends: a quarter of the time is 5/32 of the way.
    expect(sweepAt(5, 1.8, 0.25)).toBeCloseTo(4.5, 12);
    expect(sweepAt(5, 1.8, 0.75)).toBeCloseTo(2.3, 12);
  });
});
