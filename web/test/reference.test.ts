import { expect, it } from 'vitest';
import { reference } from '../scripts/reference';
import { attributeNames, customProperties, elementNames, purposes } from '../src/model/elements';
import { tokens } from '../src/parts/theme';

it('the reference page is up to date (npm run reference writes it)', async () => {
  await expect(reference()).toMatchFileSnapshot('../doc/reference.md');
});

it('the table names the custom properties of the theme', () => {
  const used = tokens.cssText.match(/--igb-[a-z-]+/g) ?? [];
  expect(Object.keys(customProperties)).toEqual([...new Set(used)]);
});

it('every element has a purpose and every parameter but the figure is an attribute', () => {
  expect(Object.keys(purposes)).toEqual(elementNames);
  expect(attributeNames).toContain('hide');
  expect(attributeNames).not.toContain('figure');
});
