import { describe, expect, it } from 'vitest';
import {
  activationNames,
  clamp,
  defaults,
  formatQuery,
  parameterNames,
  parameters,
  parseQuery,
  parseValue,
} from '../src/model/params';

describe('parseQuery', () => {
  it('gives the defaults for an empty query', () => {
    expect(parseQuery('')).toEqual({ state: defaults(), problems: [] });
  });

  it('reads back every state that formatQuery writes', () => {
    const state = {
      ...defaults(),
      activation: 'relu',
      sigmaW2: 1.37,
      sigmaB2: 0,
      depth: 7,
      width: 33,
      inputs: 50,
      networks: 77,
      seed: Number.MAX_SAFE_INTEGER,
      network: 5,
      sampler: 'gram' as const,
      data: 'xor' as const,
      lang: 'zh' as const,
      theme: 'dark' as const,
      hide: 'race,controls',
      figure: 'histogram' as const,
    };
    expect(parseQuery(formatQuery(state))).toEqual({ state, problems: [] });
  });

  it.each([
    ['sigma-w2=17', 'sigma-w2', '17', '0.1 .. 6'],
    ['sigma-w2=NaN', 'sigma-w2', 'NaN', '0.1 .. 6'],
    ['sigma-w2=', 'sigma-w2', '', '0.1 .. 6'],
    ['sigma-b2=-0.1', 'sigma-b2', '-0.1', '0 .. 0.4'],
    ['depth=2.5', 'depth', '2.5', '1 .. 100'],
    ['width=Infinity', 'width', 'Infinity', '2 .. 512'],
    ['activation=tan', 'activation', 'tan', activationNames.join(', ')],
    ['lang=fr', 'lang', 'fr', 'en, zh'],
  ])('refuses %s, keeps the default and says what is allowed', (query, key, value, values) => {
    expect(parseQuery(`?${query}`)).toEqual({
      state: defaults(),
      problems: [
        { key, values: [value], allowed: { values, whole: ['depth', 'width'].includes(key) } },
      ],
    });
  });

  it.each([
    ['sigma-w2=1&sigma-w2=2', ['1', '2']],
    ['sigma-w2=2&sigma-w2=2', ['2', '2']],
    ['sigma-w2=2&depth=3&sigma-w2=oops', ['2', 'oops']],
  ])('refuses a key given twice and keeps the default: %s', (query, values) => {
    const { state, problems } = parseQuery(`?${query}`);
    expect(state.sigmaW2).toBe(defaults().sigmaW2);
    expect(problems).toEqual([
      { key: 'sigma-w2', values, allowed: { values: '0.1 .. 6', whole: false } },
    ]);
  });

  it('names a key that no parameter has', () => {
    expect(parseQuery('?sigma_w2=2').problems).toEqual([
      { key: 'sigma_w2', values: ['2'], allowed: null },
    ]);
  });

  it('keeps the good entries beside a bad one', () => {
    const { state, problems } = parseQuery('?depth=3&width=oops');
    expect(state).toEqual({ ...defaults(), depth: 3 });
    expect(problems).toHaveLength(1);
  });
});

describe('the parameter table', () => {
  it('has a default inside each range', () => {
    for (const name of parameterNames) {
      const { default: value } = parameters[name];
      expect(parseValue(name, String(value)), name).toBe(value);
    }
  });

  it('has no key twice', () => {
    const keys = parameterNames.map((name) => parameters[name].key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('formatQuery', () => {
  it('leaves out defaults', () => {
    expect(formatQuery(defaults())).toBe('');
    expect(formatQuery({ ...defaults(), sigmaW2: 1.5 })).toBe('?sigma-w2=1.5');
  });
});

describe('clamp', () => {
  it('stays on the grid of steps, without rounding dust', () => {
    expect(clamp('sigmaW2', 1.2345)).toBe(1.23);
    expect(clamp('sigmaB2', 0.1 + 0.005)).toBe(0.105);
  });

  it('stays in the range', () => {
    expect(clamp('sigmaW2', -3)).toBe(0.1);
    expect(clamp('sigmaB2', 7)).toBe(0.4);
  });
});
