import { describe, expect, it } from 'vitest';
import { bilinear, paint, shareOfFirst } from '../src/model/contour';

describe('bilinear', () => {
  const grid = Float32Array.of(0, 1, 2, 3);

  it('takes the value of a cell at its centre', () => {
    expect(bilinear(grid, 2, 0.25, 0.25)).toBe(0);
    expect(bilinear(grid, 2, 0.75, 0.25)).toBe(1);
    expect(bilinear(grid, 2, 0.25, 0.75)).toBe(2);
  });

  it('is the mean of four cells between them and constant outside the centres', () => {
    expect(bilinear(grid, 2, 0.5, 0.5)).toBe(1.5);
    expect(bilinear(grid, 2, 1, 1)).toBe(3);
  });
});

describe('paint', () => {
  it('puts the border where the margin changes sign', () => {
    const pixels = new Uint32Array(64);
    paint(Float32Array.of(1, -1, 1, -1), 2, 8, [7, 9], pixels);
    expect([...pixels.subarray(0, 8)]).toEqual([7, 7, 7, 7, 9, 9, 9, 9]);
  });
});

it('a margin of zero belongs to the first class, as in the engine', () => {
  expect(shareOfFirst(Float32Array.of(0, -1, 2, -3))).toBe(0.5);
});
