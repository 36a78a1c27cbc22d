import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ensemble } from '../src/engine/jobs/ensemble';
import type { EnsembleResult } from '../src/engine/protocol';
import { defaults, type State } from '../src/model/params';
import { requestOf } from '../src/model/requests';
import { simulateCommand } from '../src/model/take-away';
import { resultsOf, startEngine } from './engine';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const engine = await startEngine();

/** G_0 of each network, as the histogram shows them. */
function shown(state: State): number[] {
  const request = requestOf('ensemble', state, { sample: null, own: null });
  if (request?.kind !== 'ensemble') throw new Error('the histogram asks for no ensemble');
  const last = resultsOf<EnsembleResult>(ensemble(engine, request)).at(-1);
  return Array.from(last?.fractions ?? []);
}

/** The same from the native program, which `make` builds. */
function computed(state: State): number[] {
  const [, ...words] = simulateCommand(state).split(' ');
  const { g } = JSON.parse(execFileSync(path('../../build/bin/igb'), words, { encoding: 'utf8' }));
  return g.map(([first]: number[]) => first);
}

it.each([
  { sampler: 'dense' },
  { sampler: 'gram' },
  { sampler: 'kernel' },
  { sampler: 'dense', activation: 'relu', sigmaW2: 2, sigmaB2: 0, seed: 12345678901 },
  { sampler: 'dense', sigmaW2: 1.2, width: 33, depth: 3, inputs: 7 },
  { sampler: 'gram', activation: 'erf', inputs: 60, width: 40 },
  { sampler: 'kernel', activation: 'relu', sigmaW2: 2.5, inputs: 60, width: 40 },
] as const)(
  'the command gives the numbers of the histogram: %o',
  (patch) => {
    const state = { ...defaults(), networks: 60, depth: 10, ...patch };
    const fractions = shown(state);
    expect(fractions).toHaveLength(60);
    expect(computed(state)).toEqual(fractions);
  },
  60_000,
);
