import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  formatQuery,
  parameterNames,
  parameters,
  parseQuery,
  parseValue,
  type State,
} from '../src/model/params';
import { states } from './states';

const isAllowed = (state: State) =>
  parameterNames.every((name) => parseValue(name, String(state[name])) === state[name]);

it('an address brings back every state', () => {
  fc.assert(
    fc.property(states, (state) => {
      expect(parseQuery(formatQuery(state))).toEqual({ state, problems: [] });
    }),
    { numRuns: 500 },
  );
});

it('whatever an address says, the state is allowed and nothing throws', () => {
  const keys = parameterNames.map((name) => parameters[name].key);
  const entry = fc.tuple(
    fc.oneof(fc.constantFrom(...keys), fc.string()),
    fc.string({ unit: 'binary' }),
  );
  const queries = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(entry).map((entries) => new URLSearchParams(entries).toString()),
    fc.array(entry).map((entries) => entries.map(([key, value]) => `${key}=${value}`).join('&')),
  );
  fc.assert(
    fc.property(queries, (query) => {
      const { state, problems } = parseQuery(`?${query}`);
      expect(isAllowed(state)).toBe(true);
      for (const { key, values } of problems)
        expect([typeof key, values.length > 0]).toEqual(['string', true]);
    }),
    { numRuns: 1000 },
  );
});

it('a key that is wrong leaves its default, and is named', () => {
  fc.assert(
    fc.property(states, fc.constantFrom(...parameterNames), (state, name) => {
      const others = new URLSearchParams(formatQuery(state));
      others.set(parameters[name].key, '\u0000');
      const read = parseQuery(`?${others}`);
      expect(read.state).toEqual({ ...state, [name]: parameters[name].default });
      expect(read.problems.map(({ key }) => key)).toEqual([parameters[name].key]);
    }),
  );
});
