import { fetchSample } from '../src/model/sample';
import { expect, test } from './site';

test('the site has the sample that the build made', async ({ address }) => {
  const sample = await fetchSample(new URL('data/', address).href);
  expect(sample?.train.count).toBe(2000);
  expect(sample?.test.count).toBe(500);
  expect(sample?.text).toContain('MIT License');
});
