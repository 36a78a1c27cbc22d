import { describe, expect, it } from 'vitest';
import { type Box, shiftInside, shiftLeft } from '../src/model/labels';

const box = (left: number, right: number, top = 0): Box => ({ left, right, top, bottom: top + 15 });

describe('shiftLeft', () => {
  it('leaves a label that is clear of the others', () => {
    expect(shiftLeft(box(100, 200), [box(206, 300), box(150, 250, 15)], 30)).toBe(0);
  });

  it('moves a label to the left of the one it would touch', () => {
    expect(shiftLeft(box(100, 200), [box(190, 300)], 30)).toBe(-16);
  });

  it('moves on where another label is in the way', () => {
    expect(shiftLeft(box(200, 300), [box(100, 190), box(290, 400)], -10)).toBe(-206);
  });

  it('says where there is no room', () => {
    expect(shiftLeft(box(40, 140), [box(120, 300)], 30)).toBeNull();
  });
});

describe('shiftInside', () => {
  it('leaves a label that begins inside', () => {
    expect(shiftInside(box(34, 134), 34)).toBe(0);
  });

  it('moves a label that begins too far left to the limit', () => {
    expect(shiftInside(box(-20, 80), 34)).toBe(54);
  });
});
