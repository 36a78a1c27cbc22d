import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  formatQuery,
  type Parameter,
  parameterNames,
  parameters,
  parseQuery,
  type State,
} from '../src/model/params';
import { states } from './states';

function isAllowed(state: State): boolean {
  return parameterNames.every((name) => {
    const parameter: Parameter = parameters[name];
    const value = state[name];
    if (typeof value === 'string') {
      const choices = 'choices' in parameter ? parameter.choices : [];
      const entries = parameter.type === 'list' && value !== '' ? value.split(',') : [value];
      return value === parameter.default || entries.every((entry) => choices.includes(entry));
    }
    if (!('min' in parameter)) return false;
    const whole = parameter.type !== 'integer' || Number.isInteger(value);
    return value >= parameter.min && value <= parameter.max && whole;
  });
}

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
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.double().map(String),
    fc.integer().map(String),
  );
  const entry = fc.tuple(fc.oneof(fc.constantFrom(...keys), fc.string()), text);
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
}, 30_000);

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
