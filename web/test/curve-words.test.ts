import { describe, expect, it } from 'vitest';
import {
  depthSentence,
  gradientsSentence,
  logRate,
  powerText,
  raceSentence,
} from '../src/model/curve-words';
import { curvesTexts } from '../src/text/curves';

const depth = {
  ...{ depth: 20, theory: 0.3731, measured: 0.381, limit: 0.4 },
  gradientRate: Math.log(1.3),
};

describe('depth', () => {
  it('says gamma, measured and by theory, its limit, and how gradients change', () => {
    expect(depthSentence('en', depth)).toBe(
      'In the last hidden layer (20) γ is 0.381; theory says 0.373. With more layers it tends to 0.4. ' +
        'On their way down, squared gradients grow by a factor of 1.3 a layer.',
    );
    expect(depthSentence('zh', depth)).toBe(
      '在最后一个隐藏层（第 20 层），γ 为 0.381，理论值为 0.373。层数再增加时，它趋于 0.4。' +
        '向下传播时，梯度平方逐层增大，每层变为 1.3 倍。',
    );
  });

  it('knows theory only, endless growth, one layer, and gradients that shrink or stay', () => {
    const said = (facts: Partial<typeof depth> | { measured: null } | { gradientRate: null }) =>
      depthSentence('en', { ...depth, ...facts });
    expect(said({ measured: null })).toContain('By theory γ is 0.373');
    expect(said({ limit: Number.POSITIVE_INFINITY })).toContain('it grows without bound');
    expect(said({ gradientRate: Math.log(0.8) })).toContain('shrink by a factor of 0.8 a layer');
    expect(said({ gradientRate: 0.001 })).toContain('keep their size');
    expect(said({ gradientRate: null })).not.toContain('gradients');
  });
});

it('the rate is the mean change from a layer to the one below', () => {
  expect(logRate([6, 4, 0])).toBe(3);
  expect(logRate([1])).toBeNull();
  expect(logRate([])).toBeNull();
  expect(logRate([1, Number.NEGATIVE_INFINITY])).toBeNull();
});

it('powers are told whatever their size', () => {
  expect(powerText(Math.log(0.0083))).toBe('0.0083');
  expect(powerText(-34 * Math.LN10)).toBe('10⁻³⁴');
  expect(powerText(-5000 * Math.LN10)).toBe('10^−5000');
  expect(powerText(Number.NEGATIVE_INFINITY)).toBe('0');
});

describe('gradients', () => {
  const facts = {
    ...{ networks: 24, of: 24 },
    favoured: [-20, -21],
    unfavoured: [Math.log(0.02), Math.log(0.01)],
  };

  it('says both sizes and the rate', () => {
    expect(gradientsSentence('en', facts)).toBe(
      '24 of 24 networks. Measured, the median squared gradient in the last hidden layer is ' +
        '7.6 × 10⁻¹⁰ for the favoured class and 0.01 for the other one. ' +
        'Down from there both grow by a factor of 2 a layer.',
    );
    expect(gradientsSentence('zh', facts)).toContain(
      '另一类为 0.01。由此向下，两者逐层增大，每层变为 2 倍。',
    );
  });

  it('tells theory while nothing is measured', () => {
    expect(gradientsSentence('en', { ...facts, networks: 0 })).toContain('By theory, the median');
    expect(gradientsSentence('en', { ...facts, favoured: [], unfavoured: [] })).toBe('');
  });
});

describe('race', () => {
  const network = (multiple: number, accuracy: number, lost = false) => ({
    ...{ multiple, accuracy, lost, firstShare: 1, share: 0.52 },
  });
  const networks = [network(0.8, 0.9), network(1, 0.94), network(2.5, 0.99, true)];

  it('says who leads and how the bias went', () => {
    expect(raceSentence('en', { step: 120, steps: 1000, networks })).toBe(
      'After 120 of 1000 steps the network at 1.00 × edge leads with 94 % right guesses. ' +
        'Since the start, the share of the most frequent guess went ' +
        'from 100 % to 52 % (0.80 × edge), from 100 % to 52 % (1.00 × edge).',
    );
    expect(raceSentence('zh', { step: 120, steps: 1000, networks })).toBe(
      '学习 120 步（共 1000 步）后，1.00 × 边缘的网络领先，正确率 94 %。' +
        '最常见判断的占比：0.80 × 边缘由 100 % 变为 52 %；1.00 × 边缘由 100 % 变为 52 %。',
    );
  });

  it('names all that lead, the start, and nobody where all are lost', () => {
    const tie = [network(0.8, 0.9), network(1, 0.9)];
    expect(raceSentence('en', { step: 1, steps: 10, networks: tie })).toContain(
      'the networks at 0.80 × edge and 1.00 × edge lead with 90 %',
    );
    expect(raceSentence('en', { step: 0, steps: 10, networks: tie })).toBe(
      'Before the first step, the most frequent guess takes: 0.80 × edge 52 %, 1.00 × edge 52 %.',
    );
    expect(raceSentence('en', { step: 9, steps: 10, networks: [network(1, 0, true)] })).toBe('');
  });
});

it('both languages have all words', () => {
  const keysOf = (value: object): string[] =>
    Object.entries(value).flatMap(([key, inner]) =>
      typeof inner === 'object' ? keysOf(inner).map((rest) => `${key}.${rest}`) : [key],
    );
  expect(keysOf(curvesTexts.zh).sort()).toEqual(keysOf(curvesTexts.en).sort());
  expect(JSON.stringify(Object.values(curvesTexts.zh))).not.toMatch(/\b(the|of|layer)\b/);
});
