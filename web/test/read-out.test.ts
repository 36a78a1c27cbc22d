import { describe, expect, it } from 'vitest';
import { gammaAt } from '../src/model/iso-gamma';
import { parameters } from '../src/model/params';
import { inputAt, placeByKey } from '../src/model/plane';
import { heightOf, ofBin, ofInput, ofPoint } from '../src/model/read-out';

/** With plain spaces, where lines must not break. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('a point of the phase diagram', () => {
  it('has its distance to the edge and gamma', () => {
    expect(plain(ofPoint('en', { sigmaW2: 2.24, sigmaB2: 0.1 }, 1.8, 2))).toBe(
      'σ_w² = 2.24 · σ_b² = 0.1 · γ → 1.8 · 12 % above the edge',
    );
    expect(plain(ofPoint('zh', { sigmaW2: 1, sigmaB2: 0.1 }, Number.POSITIVE_INFINITY, 2))).toBe(
      'σ_w² = 1 · σ_b² = 0.1 · γ → ∞ · 比边缘低 50 %',
    );
    expect(plain(ofPoint('en', { sigmaW2: 2, sigmaB2: 0.1 }, null, 2))).toContain('on the edge');
  });

  it('breaks lines between values only', () => {
    const breaks = ofPoint('en', { sigmaW2: 2, sigmaB2: 0.1 }, 1.8, 1).match(/ . /g);
    expect(breaks).toEqual([' · ', ' · ', ' · ']);
  });

  it('leaves out what is not known', () => {
    const place = 'σ_w² = 2 · σ_b² = 0.1';
    expect(plain(ofPoint('en', { sigmaW2: 2, sigmaB2: 0.1 }, null, null))).toBe(place);
    expect(plain(ofPoint('en', { sigmaW2: 2, sigmaB2: 0.1 }, Number.NaN, null))).toBe(place);
  });

  it('finds a line between its samples, and not where it ends', () => {
    const line = [
      { sigmaB2: 0, sigmaW2: 1 },
      { sigmaB2: 0.1, sigmaW2: 2 },
      { sigmaB2: 0.2, sigmaW2: null },
    ];
    expect(heightOf(line, 0)).toBe(1);
    expect(heightOf(line, 0.05)).toBeCloseTo(1.5, 12);
    expect(heightOf(line, 0.1)).toBe(2);
    expect(heightOf(line, 0.15)).toBeNull();
    expect(heightOf(line, 0.3)).toBeNull();
    expect(heightOf([], 0.1)).toBeNull();
  });

  it('takes gamma from the grid around it', () => {
    const { sigmaB2, sigmaW2 } = parameters;
    // Rows are sigma_b2, columns sigma_w2.
    const gamma = Float64Array.from([0, 1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    const grid = { kind: 'isoGamma', activation: 'tanh', rows: 2, columns: 2, gamma } as const;
    expect(gammaAt(grid, { sigmaB2: 0, sigmaW2: sigmaW2.min })).toBe(0);
    expect(gammaAt(grid, { sigmaB2: 0, sigmaW2: sigmaW2.max })).toBeCloseTo(1, 12);
    expect(gammaAt(grid, { sigmaB2: sigmaB2.max, sigmaW2: 3 })).toBe(Number.POSITIVE_INFINITY);
    // c = 3/4 in the middle of 1/2 and 1.
    expect(gammaAt(grid, { sigmaB2: sigmaB2.max / 2, sigmaW2: sigmaW2.max })).toBeCloseTo(3, 12);
  });
});

describe('an input of the class map', () => {
  const picture = { resolution: 2, margin: Float32Array.from([1, -2, 3, -4e-5]) };

  it('has coordinates, upwards and to the right, and the class of its pixel', () => {
    expect(inputAt(picture, { across: 0.9, down: 0.1 })).toEqual({ x: 2, y: 2, margin: -2 });
    expect(inputAt(picture, { across: 1, down: 1 })).toMatchObject({ x: 2.5, y: -2.5 });
    expect(inputAt(picture, { across: 0, down: 1 }).margin).toBe(3);
  });

  it('is said with its margin', () => {
    expect(plain(ofInput('en', { x: 2, y: -0.5, margin: -2 }))).toBe(
      'input (2.00, -0.50) · class B, ahead by 2.00',
    );
    expect(plain(ofInput('zh', { x: 0, y: 0, margin: 4e-5 }))).toBe(
      '输入 (0.00, 0.00) · A 类，领先 4.0e-5',
    );
  });

  it('moves by keys and stays inside', () => {
    expect(placeByKey({ across: 0.5, down: 0.5 }, 'ArrowUp', false)).toEqual({
      across: 0.5,
      down: 0.45,
    });
    expect(placeByKey({ across: 1, down: 0.5 }, 'ArrowRight', true)?.across).toBe(1);
    expect(placeByKey({ across: 1, down: 0.5 }, 'Tab', false)).toBeNull();
  });
});

it('a bar has its range, what was measured and the law', () => {
  expect(plain(ofBin('en', 19, 20, 0.312, 0.28))).toBe(
    'G₀ = 0.95 … 1.00 · 31.2 % of the networks · 28.0 % by theory',
  );
  expect(plain(ofBin('en', 0, 20, null, null))).toBe('G₀ = 0.00 … 0.05');
});
