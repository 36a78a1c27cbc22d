/** Curves as plain values, and where they lie: what the drawing on the page and the picture that one
 * takes away have in common. */
import { logTicks, niceAbove, niceBelow, ticks } from './scales';

/** How values lie on an axis; `fromZero`: the logarithm of 1 + value, for counts that begin with 0. */
export type AxisScale = 'linear' | 'logarithmic' | 'fromZero';

export interface Axis {
  label: string;
  scale: AxisScale;
  /** Ends, where the data shall not set them. */
  low?: number;
  high?: number;
  /** The ends never go beyond these, whatever the data are. */
  within?: readonly [low: number, high: number];
  /** Default number. */
  unit?: 'number' | 'whole' | 'percent';
}

export interface Series {
  name: string;
  /** Said of its values, where the name is long. */
  short?: string;
  kind: 'line' | 'dots';
  /** A custom property such as --ink. */
  colour: string;
  /** Lengths of strokes and gaps, in pixels. */
  dash?: readonly number[];
  /** Of a line, in pixels. Default 2. */
  width?: number;
  /** Belongs to an earlier state. */
  pale?: boolean;
  /** Ascending. */
  x: readonly number[];
  /** As many; null breaks a line. */
  y: readonly (number | null)[];
}

/** A horizontal line with a name. */
export interface Level {
  name: string;
  at: number;
  colour: string;
  dash: readonly number[];
  /** Where the name stands. */
  side: 'left' | 'right';
  below?: boolean;
}

export interface Chart {
  x: Axis;
  /** Its label is written above the frame. */
  y: Axis;
  series: readonly Series[];
  levels: readonly Level[];
}

export interface Tick {
  /** In the coordinate of the ruler. */
  at: number;
  text: string;
}

/** An axis with its ends: `place` gives the coordinate that is drawn to scale, null where a value has
 * none, as zero on a logarithmic axis. */
export interface Ruler {
  low: number;
  high: number;
  ticks: Tick[];
  place(value: number | null): number | null;
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function superscript(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)]);
  return `${exponent < 0 ? '⁻' : ''}${digits.join('')}`;
}

function powerOfTen(exponent: number): string {
  return `10${superscript(exponent)}`;
}

/** A number as one reads it: with `digits` significant digits, and a power of ten where it is far from
 * one. */
export function numberText(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return value === Number.POSITIVE_INFINITY ? '∞' : '–';
  if (value === 0) return '0';
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e') as [string, string];
  const power = Number(exponent);
  if (power >= -3 && power < 5) return minus(String(Number(value.toPrecision(digits))));
  const factor = Number(mantissa);
  const ten = powerOfTen(power);
  return factor === 1 ? ten : minus(`${factor} × ${ten}`);
}

function minus(text: string): string {
  return text.replace(/^-/, '−');
}

/** A value of an axis in its unit. */
export function valueText({ unit }: Axis, value: number, digits: number): string {
  return unit === 'percent'
    ? `${numberText(100 * value, digits)} %`
    : numberText(value, unit === 'whole' ? 12 : digits);
}

function placeOn(scale: AxisScale, value: number | null): number | null {
  if (value === null) return null;
  const placed = scale === 'linear' ? value : Math.log10(scale === 'fromZero' ? 1 + value : value);
  return Number.isFinite(placed) ? placed : null;
}

function linearRuler(axis: Axis, lowest: number, highest: number, count: number) {
  const step = niceAbove((highest - lowest) / count);
  const low = axis.low ?? step * Math.floor(lowest / step + 1e-9);
  const high = axis.high ?? step * Math.ceil(highest / step - 1e-9);
  const marks = ticks(low, high, count);
  return { low, high, marks: axis.unit === 'whole' ? marks.filter(Number.isInteger) : marks };
}

/** Powers of ten where the values span some, else round values in between. */
function logarithmicRuler(axis: Axis, lowest: number, highest: number, count: number) {
  const low = axis.low ?? niceBelow(lowest);
  const high = axis.high ?? niceAbove(Math.max(highest, 1.5 * low));
  if (high / low <= 10) return { low, high, marks: ticks(low, high, count) };
  const from = axis.low ?? wholePower(low, Math.floor);
  const to = axis.high ?? wholePower(high, Math.ceil);
  return { low: from, high: to, marks: logTicks(from, to, count) };
}

function wholePower(value: number, round: (exponent: number) => number): number {
  return 10 ** round(Math.log10(value) + (round === Math.floor ? 1e-9 : -1e-9));
}

/** The ends and at most about `count` ticks of an axis for such values. */
export function rulerOf(axis: Axis, values: readonly (number | null)[], count: number): Ruler {
  const { scale, within = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] } = axis;
  const place = (value: number | null) => placeOn(scale, value);
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null || place(value) === null) continue;
    const inside = Math.min(within[1], Math.max(within[0], value));
    lowest = Math.min(lowest, inside);
    highest = Math.max(highest, inside);
  }
  if (lowest > highest) [lowest, highest] = [1, 1];
  const low = axis.low ?? lowest;
  const high = Math.max(
    axis.high ?? highest,
    scale === 'linear' && low === highest ? low + 1 : low,
  );
  const ends = scale === 'logarithmic' ? logarithmicRuler : linearRuler;
  const ruler =
    scale === 'fromZero'
      ? { low: 0, high: Math.max(1, high), marks: [0, ...logTicks(1, Math.max(1, high), count)] }
      : ends(axis, low, high, count);
  return {
    low: place(ruler.low) ?? 0,
    high: place(ruler.high) ?? 1,
    ticks: tickTexts(axis, ruler.marks).map((text, i) => ({
      at: place(ruler.marks[i] as number) ?? 0,
      text,
    })),
    place,
  };
}

/** All of one kind: where some marks are far from 1, all are powers of ten. */
function tickTexts(axis: Axis, marks: readonly number[]): string[] {
  const powers = marks.every((mark) => Number.isInteger(Math.log10(mark)));
  const far = marks.some((mark) => mark > 1000 || mark < 0.01);
  return axis.scale === 'logarithmic' && powers && far
    ? marks.map((mark) => (mark === 1 || mark === 10 ? String(mark) : powerOfTen(Math.log10(mark))))
    : marks.map((mark) => valueText(axis, mark, 3));
}

/** Both axes; `room` is about how many ticks fit. */
export function rulersOf(
  { x, y, series, levels }: Chart,
  room: { x: number; y: number },
): { x: Ruler; y: Ruler } {
  const named = levels.map(({ at }) => at);
  return {
    x: rulerOf(
      x,
      series.flatMap((one) => one.x),
      room.x,
    ),
    y: rulerOf(y, [...series.flatMap((one) => one.y), ...named], room.y),
  };
}

/** Where the cursor can stand: every x at which some series has a value. */
export function stopsOf({ series }: Chart): number[] {
  const all = series.flatMap(({ x, y }) => x.filter((_, i) => y[i] != null));
  return [...new Set(all)].sort((a, b) => a - b);
}

/** The stop that a key leads to from the one at hand, null being none; undefined: not such a key. */
export function stopByKey(
  key: string,
  stops: readonly number[],
  now: number | null,
): number | null | undefined {
  const index = now === null ? null : stops.indexOf(now);
  const last = stops.length - 1;
  switch (key) {
    case 'ArrowRight':
      return stops[index === null ? 0 : Math.min(last, index + 1)] ?? null;
    case 'ArrowLeft':
      return stops[index === null ? last : Math.max(0, index - 1)] ?? null;
    case 'Home':
      return stops[0] ?? null;
    case 'End':
      return stops[last] ?? null;
    case 'Escape':
      return index === null ? undefined : null;
    default:
      return undefined;
  }
}

/** The values of all series at one x, in the order of the series; null: none. */
export function valuesAt({ series }: Chart, x: number): (number | null)[] {
  return series.map((one) => one.y[one.x.indexOf(x)] ?? null);
}

const readDigits = 6;

/** Keeps words that belong together on one line. */
function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}

/** What a reader is told at one x: "layer 3 · theory 0.25 · measured 0.24". */
export function readOut(chart: Chart, x: number): string {
  const { series } = chart;
  const values = valuesAt(chart, x).flatMap((value, i) =>
    value === null
      ? []
      : [`${series[i]?.short ?? series[i]?.name} ${valueText(chart.y, value, readDigits)}`],
  );
  const place = `${chart.x.label} ${valueText(chart.x, x, readDigits)}`;
  return [place, ...values].map(unbroken).join(' · ');
}
