import { describe, expect, it } from 'vitest';
import {
  type Axis,
  type Chart,
  numberText,
  readOut,
  rulerOf,
  rulersOf,
  stopByKey,
  stopsOf,
  valuesAt,
} from '../src/model/chart';

const axis = (rest: Partial<Axis>): Axis => ({ label: 'x', scale: 'linear', ...rest });
const texts = (one: Axis, values: (number | null)[], count = 5) =>
  rulerOf(one, values, count).ticks.map(({ text }) => text);

describe('numbers', () => {
  it('have so many digits, and a power of ten where they are far from one', () => {
    expect(numberText(0.12345)).toBe('0.123');
    expect(numberText(-0.950188, 6)).toBe('−0.950188');
    expect(numberText(98765)).toBe('98800');
    expect(numberText(1.5e-34, 2)).toBe('1.5 × 10⁻³⁴');
    expect(numberText(1e8)).toBe('10⁸');
    expect(numberText(0)).toBe('0');
    expect(numberText(Number.POSITIVE_INFINITY)).toBe('∞');
    expect(numberText(Number.NaN)).toBe('–');
  });
});

describe('axes', () => {
  it('linear ones end at round values around the data, or where they are told to', () => {
    const ruler = rulerOf(axis({}), [0.13, 0.87], 5);
    expect([ruler.low, ruler.high]).toEqual([0, 1]);
    const fixed = rulerOf(axis({ low: 1, high: 21, unit: 'whole' }), [3, 4], 5);
    expect([fixed.low, fixed.high]).toEqual([1, 21]);
    expect(fixed.ticks.map(({ at }) => at)).toEqual([5, 10, 15, 20]);
  });

  it('logarithmic ones have powers of ten and no place for zero and below', () => {
    const ruler = rulerOf(axis({ scale: 'logarithmic' }), [0.02, null, 300, 0, -1], 6);
    expect([ruler.low, ruler.high]).toEqual([-2, 3]);
    expect(ruler.ticks.map(({ at }) => at)).toEqual([-2, -1, 0, 1, 2, 3]);
    expect(ruler.place(10)).toBe(1);
    expect(ruler.place(0)).toBeNull();
    expect(ruler.place(-1)).toBeNull();
    expect(ruler.place(Number.POSITIVE_INFINITY)).toBeNull();
    expect(ruler.place(null)).toBeNull();
  });

  it('write all powers alike where some are far from one', () => {
    expect(texts(axis({ scale: 'logarithmic' }), [1, 1e4])).toEqual([
      ...['1', '10', '10²', '10³', '10⁴'],
    ]);
    expect(texts(axis({ scale: 'logarithmic' }), [0.01, 100])).toEqual([
      ...['0.01', '0.1', '1', '10', '100'],
    ]);
  });

  it('have round ticks where the data span no power of ten', () => {
    expect(texts(axis({ scale: 'logarithmic' }), [2.3, 4.2])).toEqual(['2', '3', '4', '5']);
  });

  it('stay within their limits and exist without data', () => {
    const within = [1e-3, 1e9] as const;
    const ruler = rulerOf(axis({ scale: 'logarithmic', within }), [1e-20, 1e300], 5);
    expect([ruler.low, ruler.high]).toEqual([-3, 9]);
    for (const scale of ['linear', 'logarithmic', 'fromZero'] as const) {
      const empty = rulerOf(axis({ scale }), [], 5);
      expect(empty.high, scale).toBeGreaterThan(empty.low);
      const flat = rulerOf(axis({ scale }), [0, 0], 5);
      expect(flat.high, scale).toBeGreaterThan(flat.low);
    }
  });

  it('of counts begin with 0', () => {
    const ruler = rulerOf(axis({ scale: 'fromZero', high: 1000, unit: 'whole' }), [], 5);
    expect(ruler.ticks.map(({ text }) => text)).toEqual(['0', '1', '10', '100', '1000']);
    expect(ruler.place(0)).toBe(0);
    expect(ruler.place(9)).toBeCloseTo(1, 12);
  });

  it('show levels as well', () => {
    const level = { name: 'γ = 1', at: 50, colour: '--ink', dash: [], side: 'left' as const };
    const { y } = rulersOf({ ...chart, levels: [level] }, { x: 5, y: 5 });
    expect(y.high).toBeGreaterThanOrEqual(50);
  });
});

const chart: Chart = {
  x: axis({ label: 'layer', unit: 'whole' }),
  y: axis({ label: 'c' }),
  series: [
    { name: 'theory', kind: 'line', colour: '--ink', x: [1, 2, 3], y: [0.1, 0.25, null] },
    { name: 'measured here', short: 'measured', kind: 'dots', colour: '--dot', x: [2], y: [0.5] },
  ],
  levels: [],
};

describe('cursor', () => {
  it('stands where there are values and reads them out', () => {
    expect(stopsOf(chart)).toEqual([1, 2]);
    expect(valuesAt(chart, 2)).toEqual([0.25, 0.5]);
    expect(valuesAt(chart, 1)).toEqual([0.1, null]);
    expect(readOut(chart, 2).replaceAll('\u00a0', ' ')).toBe(
      'layer 2 · theory 0.25 · measured 0.5',
    );
    expect(readOut(chart, 1)).not.toContain('measured');
  });

  it('reads shares as percents', () => {
    const shares = { ...chart, y: axis({ unit: 'percent' }) };
    expect(readOut(shares, 2).replaceAll('\u00a0', ' ')).toContain('theory 25 %');
  });

  it('moves by arrow keys, Home and End, and goes away', () => {
    const stops = [1, 5, 9];
    expect(stopByKey('ArrowRight', stops, null)).toBe(1);
    expect(stopByKey('ArrowRight', stops, 1)).toBe(5);
    expect(stopByKey('ArrowRight', stops, 9)).toBe(9);
    expect(stopByKey('ArrowLeft', stops, null)).toBe(9);
    expect(stopByKey('ArrowLeft', stops, 1)).toBe(1);
    expect(stopByKey('Home', stops, 9)).toBe(1);
    expect(stopByKey('End', stops, 1)).toBe(9);
    expect(stopByKey('Escape', stops, 1)).toBeNull();
    expect(stopByKey('Escape', stops, null)).toBeUndefined();
    expect(stopByKey('Tab', stops, 1)).toBeUndefined();
    expect(stopByKey('End', [], null)).toBeNull();
    expect(stopByKey('ArrowRight', stops, 4), 'a stop that is gone').toBe(1);
  });
});
