import { describe, expect, it } from 'vitest';
import { paint, shareOfFirst } from '../src/model/contour';

describe('paint', () => {
  const inks = { first: 7, second: 9, stripe: 9 };
  const painted = (margin: number[], resolution: number, side: number) => {
    const pixels = new Uint32Array(side * side);
    paint(Float32Array.from(margin), resolution, side, inks, pixels);
    return pixels;
  };

  it('puts the border where the margin changes sign', () => {
    expect([...painted([1, -1, 1, -1], 2, 8).subarray(0, 8)]).toEqual([7, 7, 7, 7, 9, 9, 9, 9]);
    // 3 at the first centre and -1 at the second: the sign changes three quarters of the way.
    expect([...painted([3, -1, 3, -1], 2, 8).subarray(0, 8)]).toEqual([7, 7, 7, 7, 7, 9, 9, 9]);
  });

  it('stripes the second class only', () => {
    const pixels = new Uint32Array(32 * 32);
    paint(Float32Array.of(1, -1, 1, -1), 2, 32, { first: 7, second: 9, stripe: 5 }, pixels);
    const halves = (left: boolean) => pixels.filter((_, i) => i % 32 < 16 === left);
    expect(new Set(halves(true))).toEqual(new Set([7]));
    expect(new Set(halves(false))).toEqual(new Set([9, 5]));
  });

  it('paints rows from the top', () => {
    const pixels = painted([1, 1, -1, -1], 2, 4);
    expect([pixels[0], pixels[4], pixels[8], pixels[12]]).toEqual([7, 7, 9, 9]);
  });

  it('shows each cell as it is where sides agree', () => {
    expect([...painted([1, -1, -1, 1], 2, 2)]).toEqual([7, 9, 9, 7]);
  });
});

it('a margin of zero belongs to the first class, as in the engine', () => {
  expect(shareOfFirst(Float32Array.of(0, -1, 2, -3))).toBe(0.5);
});
