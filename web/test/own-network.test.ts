import { describe, expect, it } from 'vitest';
import { factsOf, type OwnOutputs, readOutputs } from '../src/model/own-network';

const outputsOf = (text: string) => readOutputs(text) as OwnOutputs;

describe('readOutputs', () => {
  it.each([
    ['commas', '1,2,3\n4,5,6\n'],
    ['semicolons and names', 'a;b;c\r\n1;2;3\r\n4;5;6'],
    ['tabs, comments and empty lines', '# made by me\n1\t2\t3\n\n4\t5\t6\n\n'],
    ['spaces', ' 1  2 3\n4 5 6 '],
    ['commas and spaces', '1, 2, 3\n4, 5, 6'],
    ['numbered columns', '0,1,2\n1,2,3\n4,5,6'],
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
    ['1,2\n3,inf', { kind: 'number', row: 2, column: 2, text: 'inf' }],
    ['0,5;0,3\n1,0;2,0', { kind: 'number', row: 1, column: 1, text: '0,5' }],
    ['1,2\n3,', { kind: 'number', row: 2, column: 2, text: '' }],
    ['1,2\n\n3,4,5', { kind: 'columns', row: 3, found: 3, expected: 2 }],
    ['1,2', { kind: 'few', inputs: 1, classes: 2 }],
    ['1\n2', { kind: 'few', inputs: 2, classes: 1 }],
    ['a,b', { kind: 'few', inputs: 0, classes: 1 }],
  ])('refuses %j and says where', (text, problem) => {
    expect(readOutputs(text)).toEqual(problem);
  });
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

  it('has no spread where all inputs are alike', () => {
    expect(factsOf(outputsOf('1,2\n1,2')).gamma).toBe(Number.POSITIVE_INFINITY);
  });
});
