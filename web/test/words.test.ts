import { describe, expect, it } from 'vitest';
import { type Facts, gammaText, percent, type TheoryFacts, words } from '../src/model/words';
import { sentences } from '../src/text/sentences';

const theory: TheoryFacts = {
  edge: 2,
  phase: 'prejudice',
  chiGrad: 1.1,
  gamma: 1.456,
  gammaStar: 2.07,
  expected: 0.78,
};

const facts: Facts = {
  lang: 'en',
  activation: 'tanh',
  sigmaW2: 2.24,
  depth: 20,
  network: 3,
  networks: 500,
  theory,
  map: { silent: false, shareOfA: 0.61 },
  tiles: [0.99, 0.01, 0.6, 0.4],
  silentTiles: 0,
  ensemble: { done: 40, mean: 0.7749, error: 0.0231, ksDistance: 0.1, ksPValue: 0.4 },
  stale: false,
};

const withTheory = (part: Partial<TheoryFacts>): Facts => ({
  ...facts,
  theory: { ...theory, ...part },
});

describe('the lab', () => {
  it('says where the point is, what the network does, what theory expects, what gradients do', () => {
    expect(words(facts).lab).toBe(
      'σ_w² is 12 % above the edge of chaos. This network gives 61 % of the plane to class A; ' +
        'averaged over networks, theory expects 78 % for the larger class (γ = 1.46). ' +
        'Squared gradients grow 1.10× a layer.',
    );
  });

  it('says the same in Chinese', () => {
    expect(words({ ...facts, lang: 'zh' }).lab).toBe(
      'σ_w² 比混沌边缘高 12 %。这个网络把平面的 61 % 判给 A 类；对所有网络平均，理论预期较大的一类占 78 %（γ = 1.46）。' +
        '梯度平方每层增大到 1.10 倍。',
    );
  });

  it('names the larger class', () => {
    const said = words({ ...facts, map: { silent: false, shareOfA: 0.25 } });
    expect(said.lab).toContain('75 % of the plane to class B');
    expect(said.classMap).toBe('Network 3, untrained, gives 75 % of the plane to class B.');
  });

  it('claims no opinion where the signal has died out', () => {
    const said = words({ ...facts, map: { silent: true, shareOfA: 1 } });
    expect(said.lab).toContain('every output is zero');
    expect(said.lab).not.toContain('100 %');
    expect(said.classMap).toContain('every output is zero');
    expect(said.classMap).not.toContain('class A');
    expect(said.histogram).toContain('ties');
    expect(said.histogram).not.toContain('measured');
    expect(words({ ...facts, silentTiles: 3 }).networks).toContain('of 4 networks');
    expect(words({ ...facts, silentTiles: 4 }).networks).toContain('every output is zero');
  });

  it('says below, on and no edge', () => {
    expect(words({ ...facts, sigmaW2: 1 }).lab).toContain('50 % below the edge');
    expect(words({ ...facts, sigmaW2: 2 }).lab).toContain('is on the edge of chaos');
    expect(words(withTheory({ edge: null })).lab).toContain('tanh has no edge of chaos');
  });

  it('says that gradients shrink, keep their size, or nothing', () => {
    expect(words(withTheory({ chiGrad: 0.9034 })).lab).toContain('shrink to 0.90× a layer');
    expect(words(withTheory({ chiGrad: 1.004 })).lab).toContain('Gradients keep their size');
    expect(words(withTheory({ chiGrad: Number.POSITIVE_INFINITY })).lab).not.toContain('radients');
    expect(words(withTheory({ chiGrad: Number.NaN })).lab).not.toMatch(/radients|NaN| $/);
  });

  it('says that all inputs are alike where gamma is infinite', () => {
    const said = words(withTheory({ gamma: Number.POSITIVE_INFINITY, expected: 1 })).lab;
    expect(said).toContain('they have become alike (c = 1)');
    expect(said).not.toContain('γ =');
  });

  it('is silent to screen readers while something is out of date or unknown', () => {
    expect(words(facts).live).toBe(words(facts).lab);
    expect(words({ ...facts, stale: true }).live).toBe('');
    expect(words({ ...facts, theory: null }).live).toBe('');
    expect(words({ ...facts, map: null }).live).toBe('');
  });
});

describe('the figures', () => {
  it('name phase and gamma', () => {
    expect(words(facts).phaseMap).toBe(
      'σ_w² is 12 % above the edge of chaos. Phase: chaos: prejudice. ' +
        'After 20 hidden layers γ = 1.46, at infinite depth 2.07.',
    );
    const infinite = words(withTheory({ gammaStar: Number.POSITIVE_INFINITY })).phaseMap;
    expect(infinite).toContain('at infinite depth ∞.');
    expect(words(withTheory({ gamma: Number.NaN })).phaseMap).not.toContain('γ');
  });

  it('count one-sided networks, and what they favour', () => {
    expect(words(facts).networks).toBe(
      '2 of 4 networks give more than 95 % of the plane to one class; 2 of 4 favour class A.',
    );
  });

  it('hold measurement against theory, but not those of an earlier point', () => {
    expect(words(facts).histogram).toContain('40 of 500 networks.');
    expect(words(facts).histogram).toContain('measured 0.775 ± 0.023, theory 0.780');
    expect(words({ ...facts, ensemble: null }).histogram).toContain('0 of 500 networks');
  });

  it.each(['en', 'zh'] as const)('say something before anything is known (%s)', (lang) => {
    const said = words({ ...facts, lang, theory: null, map: null, tiles: [], ensemble: null });
    const { live, ...rest } = said;
    expect(live).toBe('');
    for (const text of Object.values(rest)) expect(text).not.toMatch(/^$|undefined|null|NaN/);
  });
});

describe('percent', () => {
  it('does not round to certainty', () => {
    expect(percent(0.999, 'en')).toBe('more than 99 %');
    expect(percent(1, 'en')).toBe('100 %');
    expect(percent(0.001, 'zh')).toBe('不到 1 %');
  });
});

describe('gammaText', () => {
  it('has three digits', () => {
    expect(gammaText(0.24388, 'en')).toBe('0.244');
    expect(gammaText(14.38, 'en')).toBe('14.4');
    expect(gammaText(292.8, 'en')).toBe('293');
  });

  it('says that it is large', () => {
    expect(gammaText(1e12, 'en')).toBe('over 10,000');
    expect(gammaText(Number.POSITIVE_INFINITY, 'zh')).toBe('∞');
  });
});

it('both languages have the same sentences', () => {
  expect(Object.keys(sentences.zh)).toEqual(Object.keys(sentences.en));
  expect(Object.keys(sentences.zh.at)).toEqual(Object.keys(sentences.en.at));
});
