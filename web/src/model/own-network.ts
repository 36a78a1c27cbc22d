/** What the outputs of somebody's own network say: guesses and drift. */

/** Of one network before training: logits, or activations of the output, [inputs, classes] row-major. */
export interface OwnOutputs {
  inputs: number;
  classes: number;
  values: Float64Array;
}

export interface OwnFacts {
  inputs: number;
  classes: number;
  /** Share of the inputs whose largest output is that of the class. */
  g: number[];
  maxFrequency: number;
  /** Mean square of the classes' means over the inputs, freed from the noise of these means, over the
   * mean variance over the inputs; may come out negative where there is hardly any drift. Infinite
   * where all inputs have the same outputs, not a number where these are zero. */
  gamma: number;
  /** Of gamma, relative: only `classes` means are squared. */
  relativeError: number;
}

/** What is wrong with a file; rows and columns count from 1. */
export type CsvProblem =
  | { kind: 'empty' }
  | { kind: 'number'; row: number; column: number; text: string }
  | { kind: 'columns'; row: number; found: number; expected: number }
  | { kind: 'few'; inputs: number; classes: number }
  | { kind: 'large'; bytes: number; most: number }
  | { kind: 'unreadable'; message: string };

export const mostBytes = 64 * 2 ** 20;

const isNumber = (text: string) => text !== '' && Number.isFinite(Number(text));

const separators = [';', '\t', ','] as const;

function fieldsOf(line: string): string[] {
  const text = line.trim();
  const separator = separators.find((sign) => text.includes(sign));
  return separator ? text.split(separator).map((field) => field.trim()) : text.split(/\s+/);
}

/** No finite numbers, but meant as such. */
const isNoName = (text: string) => /^[-+]?(nan|inf|infinity|[\d.]+e[-+]?\d+)$/i.test(text);

/** A line of words, or of the numbers 0, 1, 2, ... of columns. */
const areNames = (fields: string[]) =>
  fields.every((field) => !isNumber(field) && !isNoName(field) && /\p{L}/u.test(field)) ||
  fields.every((field, k) => field === String(k));

/** Numbers between commas, semicolons, tabs or spaces, a line an input; lines that begin with # and a
 * first line of names are skipped. Two inputs and two classes at least. */
export function readOutputs(text: string): OwnOutputs | CsvProblem {
  const lines = text
    .split(/\r\n|\n|\r/)
    .map((line, i) => ({ line, row: i + 1 }))
    .filter(({ line }) => line.trim() !== '' && !line.startsWith('#'));
  const first = lines[0];
  if (!first) return { kind: 'empty' };
  if (areNames(fieldsOf(first.line))) lines.shift();
  const classes = fieldsOf(lines[0]?.line ?? '').length;
  const values = new Float64Array(lines.length * classes);
  for (const [i, { line, row }] of lines.entries()) {
    const fields = fieldsOf(line);
    if (fields.length !== classes) {
      return { kind: 'columns', row, found: fields.length, expected: classes };
    }
    const bad = fields.findIndex((field) => !isNumber(field));
    if (bad >= 0) return { kind: 'number', row, column: bad + 1, text: fields[bad] as string };
    values.set(fields.map(Number), i * classes);
  }
  if (lines.length < 2 || classes < 2) return { kind: 'few', inputs: lines.length, classes };
  return { inputs: lines.length, classes, values };
}

/** So many bars have room. */
const mostBars = 600;

/** Of neighbouring classes, so few that each has room for a bar, the one with the largest share. */
export function mostOfGroups(shares: readonly number[]): { k: number; share: number }[] {
  const size = Math.ceil(shares.length / mostBars);
  return Array.from({ length: Math.ceil(shares.length / size) }, (_, group) => {
    const share = largest(shares.slice(group * size, (group + 1) * size));
    return { k: shares.indexOf(share, group * size), share };
  });
}

function guessOf(outputs: Float64Array): number {
  let best = 0;
  outputs.forEach((value, k) => {
    if (value > (outputs[best] as number)) best = k;
  });
  return best;
}

/** The largest absolute value; they may be too many to be arguments. */
export const largest = (values: Iterable<number>) => {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
};

/** Unbiased variances over the inputs, and squares of means freed from their noise; gamma does not
 * change when all values are scaled. */
export function factsOf(outputs: OwnOutputs): OwnFacts {
  const { inputs, classes } = outputs;
  const scale = largest(outputs.values) || 1;
  const values = outputs.values.map((value) => value / scale);
  const counts = new Array<number>(classes).fill(0);
  const means = new Float64Array(classes);
  for (let a = 0; a < inputs; ++a) {
    const row = values.subarray(a * classes, (a + 1) * classes);
    const guess = guessOf(row);
    counts[guess] = (counts[guess] as number) + 1;
    row.forEach((value, k) => {
      means[k] = (means[k] as number) + value / inputs;
    });
  }
  let squares = 0;
  for (let i = 0; i < values.length; ++i) {
    squares += ((values[i] as number) - (means[i % classes] as number)) ** 2;
  }
  const measured = squares / (classes * (inputs - 1));
  // Of values up to 1: what summing them for their means may leave.
  const spread = measured < (8 * inputs * Number.EPSILON) ** 2 ? 0 : measured;
  const drift = means.reduce((sum, mean) => sum + mean * mean, 0) / classes - spread / inputs;
  const g = counts.map((count) => count / inputs);
  return {
    inputs,
    classes,
    g,
    maxFrequency: largest(g),
    gamma: drift / spread,
    relativeError: Math.sqrt(2 / classes),
  };
}
