import { describe, expect, it } from 'vitest';
import { type Facts, percent, sentence } from '../src/model/words';

const facts: Facts = {
  lang: 'en',
  activation: 'tanh',
  sigmaW2: 2.24,
  edge: 2,
  silent: false,
  shareOfA: 0.61,
  expected: 0.66,
};

describe('sentence', () => {
  it('says where the point is, what the network does and what theory expects', () => {
    expect(sentence(facts)).toBe(
      'σ_w² is 12 % above the edge of chaos. This network gives 61 % of the plane to class A; ' +
        'averaged over networks, theory expects 66 % for the larger class.',
    );
  });

  it('says the same in Chinese', () => {
    expect(sentence({ ...facts, lang: 'zh' })).toBe(
      'σ_w² 比混沌边缘高 12 %。这个网络把平面的 61 % 判给 A 类；对所有网络平均，理论预期较大的一类占 66 %。',
    );
  });

  it('names the larger class', () => {
    expect(sentence({ ...facts, shareOfA: 0.25 })).toContain('75 % of the plane to class B');
  });

  it('claims no opinion where the signal has died out', () => {
    const said = sentence({ ...facts, silent: true });
    expect(said).toContain('every output is zero');
    expect(said).not.toContain('61 %');
  });

  it('says below, on and no edge', () => {
    expect(sentence({ ...facts, sigmaW2: 1 })).toContain('50 % below the edge');
    expect(sentence({ ...facts, sigmaW2: 2 })).toContain('is on the edge of chaos');
    expect(sentence({ ...facts, edge: null })).toContain('tanh has no edge of chaos');
  });
});

describe('percent', () => {
  it('does not round to certainty', () => {
    expect(percent(0.999, 'en')).toBe('more than 99 %');
    expect(percent(1, 'en')).toBe('100 %');
    expect(percent(0.001, 'zh')).toBe('不到 1 %');
  });
});
