import { describe, expect, it } from 'vitest';
import { factsOf, mostOfGroups, type OwnOutputs, readOutputs } from '../src/model/own-network';

const outputsOf = (text: string) => readOutputs(text) as OwnOutputs;

describe('readOutputs', () => {
  it.each([
    ['commas', '1,2,3\n4,5,6\n'],
    ['semicolons and names', 'a;b;c\r\n1;2;3\r\n4;5;6'],
    ['tabs, comments and empty lines', '# made by me\n1\t2\t3\n\n4\t5\t6\n\n'],
    ['spaces', ' 1  2 3\n4 5 6 '],
    ['commas and spaces', '1, 2, 3\n4, 5, 6'],
    ['numbered columns', '0,1,2\n1,2,3\n4,5,6'],
    ['numbered columns and spaces', '0, 1, 2\n1, 2, 3\n4, 5, 6'],
    ['lines that end with a carriage return', '1,2,3\r4,5,6\r'],
  ])('reads %s', (_, text) => {
    expect(readOutputs(text)).toEqual({
      inputs: 2,
      classes: 3,
      values: Float64Array.of(1, 2, 3, 4, 5, 6),
    });
  });

  it.each([
    ['', { kind: 'empty' }],
    ['1,2\n3,x', { kind: 'number', row: 2, column: 2, text: 'x' }],
    ['1,2\r\n3,x', { kind: 'number', row: 2, column: 2, text: 'x' }],
    ['a,2\n3,4\n5,6', { kind: 'number', row: 1, column: 1, text: 'a' }],
    ['1,2\n3,1e999', { kind: 'number', row: 2, column: 2, text: '1e999' }],
    ['1,2\n3,inf', { kind: 'number', row: 2, column: 2, text: 'inf' }],
    ['0,5;0,3\n1,0;2,0', { kind: 'number', row: 1, column: 1, text: '0,5' }],
    ['1,2\n3,', { kind: 'number', row: 2, column: 2, text: '' }],
    ['1,2\n\n3,4,5', { kind: 'columns', row: 3, found: 3, expected: 2 }],
    ['nan,nan\n1,2', { kind: 'number', row: 1, column: 1, text: 'nan' }],
    ['1e400,1e400\n1,2', { kind: 'number', row: 1, column: 1, text: '1e400' }],
    ['1,2', { kind: 'few', inputs: 1, classes: 2 }],
    ['1\n2', { kind: 'few', inputs: 2, classes: 1 }],
    ['a,b', { kind: 'few', inputs: 0, classes: 1 }],
  ])('refuses %j and says where', (text, problem) => {
    expect(readOutputs(text)).toEqual(problem);
  });
});

it('bars show the largest share of neighbouring classes', () => {
  expect(mostOfGroups([0.2, 0.8])).toEqual([
    { k: 0, share: 0.2 },
    { k: 1, share: 0.8 },
  ]);
  const many = Array.from({ length: 1800 }, (_, k) => (k === 1000 ? 1 : 0));
  const shown = mostOfGroups(many);
  expect(shown).toHaveLength(600);
  expect(shown.filter(({ share }) => share > 0)).toEqual([{ k: 1000, share: 1 }]);
});

describe('factsOf', () => {
  it('counts the largest outputs', () => {
    const { g, maxFrequency } = factsOf(outputsOf('1,2,0\n1,3,0\n5,1,0\n0,9,1'));
    expect(g).toEqual([0.25, 0.75, 0]);
    expect(maxFrequency).toBe(0.75);
  });

  it('finds drift over spread by hand', () => {
    // Means 1 and -2, variances 2 and 8 over two inputs: (1 + 4) / 2 - 5 / 2 = 0 drift.
    expect(factsOf(outputsOf('0,0\n2,-4')).gamma).toBeCloseTo(0, 12);
    // Means 10 and -20 with the same spread: 250 - 2.5 over 5.
    expect(factsOf(outputsOf('9,-18\n11,-22')).gamma).toBeCloseTo(247.5 / 5, 12);
  });

  it('has no spread where all inputs are alike, whatever the rounding', () => {
    expect(factsOf(outputsOf('1,2\n1,2')).gamma).toBe(Number.POSITIVE_INFINITY);
    const alike = '0.1,0.2,0.7\n'.repeat(1000);
    expect(factsOf(outputsOf(alike)).gamma).toBe(Number.POSITIVE_INFINITY);
    expect(factsOf(outputsOf('0,0\n0,0')).gamma).toBeNaN();
  });

  it('does not depend on the scale, nor fail with many classes', () => {
    const { gamma } = factsOf(outputsOf('9,-18\n11,-22'));
    for (const scale of ['e200', 'e-200']) {
      const text = `9${scale},-18${scale}\n11${scale},-22${scale}`;
      expect(factsOf(outputsOf(text)).gamma / gamma).toBeCloseTo(1, 12);
    }
    const classes = 200_000;
    const values = Float64Array.from({ length: 2 * classes }, (_, i) => i % 7);
    expect(factsOf({ inputs: 2, classes, values }).maxFrequency).toBe(0.5);
  });
});
