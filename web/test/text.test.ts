import { expect, it } from 'vitest';
import { en } from '../src/text/en';
import { zh } from '../src/text/zh';

it('both languages explain the same parameters and phases', () => {
  expect(Object.keys(zh.parameters)).toEqual(Object.keys(en.parameters));
  expect(Object.keys(zh.phases)).toEqual(Object.keys(en.phases));
  expect(zh.choices).toMatchObject({ sampler: {}, activation: {} });
  for (const name of ['sampler', 'activation'] as const) {
    expect(Object.keys(zh.choices[name] ?? {})).toEqual(Object.keys(en.choices[name] ?? {}));
  }
});
