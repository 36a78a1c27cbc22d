import { loadEngine } from 'igb';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectedMaxFrequency } from '../src/model/distribution';
import { defaults, formatQuery, parseQuery } from '../src/model/params';
import { piecesOf } from '../src/model/prose';
import {
  followsAtFirst,
  type Goal,
  openingAt,
  type StepName,
  stepNames,
  stepOf,
  steps,
  told,
  tries,
} from '../src/model/story';
import { formulas } from '../src/text/formulas';
import { formulaOf, glossaries, termNames } from '../src/text/glossary';
import { stories } from '../src/text/story';

function goalOf(name: StepName): Goal {
  const goal = steps.find((step) => step.name === name)?.goal;
  if (!goal) throw new Error(`${name} has no goal`);
  return goal;
}

describe('the states of the story', () => {
  const goals = [...steps.map(({ goal }) => goal), ...Object.values(tries)].filter(
    (goal) => goal !== null,
  );

  it.each(goals)('are allowed: %o', (goal) => {
    const { state, problems } = parseQuery(formatQuery({ ...defaults(), ...goal }));
    expect(problems).toEqual([]);
    expect(state).toMatchObject(goal);
  });

  it('begin where pages open, and are those of the paper', () => {
    expect({ ...defaults(), ...goalOf('opinion') }).toEqual(defaults());
    const paper = { activation: 'tanh', sigmaB2: 0.1, depth: 20 };
    expect(goalOf('many')).toEqual({ ...paper, sigmaW2: 2.48 });
    expect(goalOf('order')).toEqual({ ...paper, sigmaW2: 1.59 });
    expect(goalOf('why')).toEqual({ ...paper, sigmaW2: 1.59 });
    expect(goalOf('neutral')).toEqual({ ...paper, sigmaW2: 4.97 });
    expect(goalOf('edge')).toEqual({ ...paper, sigmaW2: 1.99 });
  });
});

describe('what the story tells', () => {
  let engine: Awaited<ReturnType<typeof loadEngine>>;
  beforeAll(async () => {
    engine = await loadEngine();
  });

  const output = (goal: Goal) => {
    const signal = engine.trajectory(goal, { count: goal.depth + 1 }).at(-1);
    if (!signal) throw new Error('no output');
    return signal;
  };
  const keys = <T extends object>(table: T) => Object.keys(table) as (keyof T)[];

  it.each(keys(told.shares))('share of the larger class: %s', (name) => {
    const law = engine.finiteTwoClassLaw(output(goalOf(name)).gamma, defaults().inputs);
    expect(expectedMaxFrequency(law).mean).toBeCloseTo(told.shares[name], 2);
    expect(Math.abs(expectedMaxFrequency(law).mean - told.shares[name])).toBeLessThan(0.005);
  });

  it.each(keys(told.gammas))('gamma: %s', (name) => {
    const ratio = output(goalOf(name)).gamma / told.gammas[name];
    expect(Math.abs(ratio - 1)).toBeLessThan(0.005);
  });

  it('correlation', () => {
    expect(Math.abs(output(goalOf('why')).c - told.correlations.why)).toBeLessThan(0.0051);
  });

  it.each(keys(told.gradients))('gradients: %s', (name) => {
    const { chiGrad } = engine.fixedPoint(goalOf(name));
    expect(Math.abs(chiGrad - told.gradients[name])).toBeLessThan(0.005);
  });

  it('gradients grow a thousand times over the depth', () => {
    const goal = goalOf('neutral');
    expect(engine.fixedPoint(goal).chiGrad ** goal.depth).toBeGreaterThan(1000);
  });

  it('below, on and above the edge, in the phases it names', () => {
    const phase = (name: StepName) => engine.fixedPoint(goalOf(name)).phase;
    const distance = (name: StepName) => {
      const edge = engine.edgeOfChaos(goalOf(name))?.sigmaW2;
      return goalOf(name).sigmaW2 / (edge ?? Number.NaN) - 1;
    };
    expect(phase('order')).toBe('ordered_prejudice');
    expect(phase('many')).toBe('prejudice');
    expect(phase('neutral')).toBe('neutrality');
    expect(distance('order')).toBeLessThan(-0.1);
    expect(Math.abs(distance('edge'))).toBeLessThan(0.005);
    expect(distance('many')).toBeGreaterThan(0.1);
    expect(distance('neutral')).toBeGreaterThan(1);
  });

  it('ReLU has no neutrality line', () => {
    expect(engine.isoGamma({ ...tries.relu, gamma: 1 })).toBeNull();
  });
});

describe('opening', () => {
  it('takes the state of a step from an address that has none', () => {
    expect(openingAt(defaults(), '#step-edge').sigmaW2).toBe(1.99);
    expect(openingAt(defaults(), '#lab')).toEqual(defaults());
    expect(openingAt({ ...defaults(), seed: 2 }, '#step-edge').sigmaW2).toBe(4);
    expect(openingAt({ ...defaults(), lang: 'zh' }, '#step-edge')).toMatchObject({
      lang: 'zh',
      sigmaW2: 1.99,
    });
  });

  it('follows from defaults and its own states only', () => {
    expect(followsAtFirst(defaults())).toBe(true);
    expect(followsAtFirst({ ...defaults(), lang: 'zh', theme: 'dark' })).toBe(true);
    expect(followsAtFirst({ ...defaults(), ...goalOf('edge') })).toBe(true);
    expect(followsAtFirst({ ...defaults(), sigmaW2: 3 })).toBe(false);
    expect(followsAtFirst({ ...defaults(), activation: 'relu' })).toBe(false);
  });

  it('knows its steps', () => {
    for (const name of stepNames) expect(stepOf(`#step-${name}`)?.name).toBe(name);
    expect(stepOf('#step-')).toBeNull();
    expect(stepOf('#term-edge')).toBeNull();
  });
});

describe('prose', () => {
  it('has links and formulas in it', () => {
    expect(piecesOf('See [g0|G₀] and {law}.')).toEqual([
      { kind: 'text', text: 'See ' },
      { kind: 'term', name: 'g0', text: 'G₀' },
      { kind: 'text', text: ' and ' },
      { kind: 'formula', name: 'law' },
      { kind: 'text', text: '.' },
    ]);
    expect(piecesOf('')).toEqual([]);
  });

  const texts = (['en', 'zh'] as const).flatMap((lang) => [
    ...Object.values(stories[lang].steps).flatMap(({ blocks }) =>
      blocks.filter((block) => typeof block === 'string'),
    ),
    ...Object.values(glossaries[lang].terms).map(({ meaning }) => meaning),
  ]);

  it('links only to terms and formulas that there are', () => {
    const pieces = texts.flatMap(piecesOf);
    expect(pieces.filter(({ kind }) => kind === 'term').length).toBeGreaterThan(20);
    for (const piece of pieces) {
      if (piece.kind === 'term') expect(termNames).toContain(piece.name);
      if (piece.kind === 'formula') expect(Object.keys(formulas)).toContain(piece.name);
      if (piece.kind === 'text') expect(piece.text).not.toMatch(/[[\]{}|]|undefined|NaN/);
    }
  });

  it('says the same in both languages', () => {
    for (const name of stepNames) {
      const shape = (lang: 'en' | 'zh') =>
        stories[lang].steps[name].blocks.map((block) =>
          typeof block === 'string'
            ? piecesOf(block).flatMap((piece) => (piece.kind === 'text' ? [] : [piece.name]))
            : block.formula,
        );
      expect(shape('zh'), name).toEqual(shape('en'));
    }
    expect(Object.keys(glossaries.zh.terms)).toEqual([...termNames]);
    expect(Object.keys(glossaries.en.terms)).toEqual([...termNames]);
  });

  it('shows every formula in the story or the glossary', () => {
    const shown = Object.values(stories.en.steps).flatMap(({ blocks }) =>
      blocks.flatMap((block) => (typeof block === 'string' ? [] : [block.formula])),
    );
    expect(new Set([...shown, ...Object.values(formulaOf)])).toEqual(
      new Set(Object.keys(formulas)),
    );
  });
});
