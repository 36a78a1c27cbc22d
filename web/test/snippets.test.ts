import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  defaults,
  nameOfKey,
  type ParameterName,
  parseAttribute,
  parseQuery,
} from '../src/model/params';
import { frameOf, linkOf, tagOf } from '../src/model/snippets';
import { states } from './states';

const site = 'https://example.org/igb/';
const plain = (text: string) =>
  text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&');

it('a link goes to the page for the lab, and to one figure else', () => {
  expect(linkOf(site, defaults())).toBe(site);
  expect(linkOf(site, { ...defaults(), seed: 2 })).toBe(`${site}?seed=2`);
  expect(linkOf(site, { ...defaults(), figure: 'race' })).toBe(`${site}embed.html?figure=race`);
});

it('a frame escapes its title', () => {
  expect(frameOf(site, defaults(), { width: 1, height: 2 }, 'a "b" & <c>')).toContain(
    'title="a &quot;b&quot; &amp; &lt;c>" width="1" height="2"',
  );
});

it('whatever the state, frame and tag bring it back', () => {
  fc.assert(
    fc.property(states, (state) => {
      const address = /src="([^"]*)"/.exec(frameOf(site, state, { width: 1, height: 1 }, ''))?.[1];
      expect(parseQuery(new URL(plain(address ?? '')).search)).toEqual({ state, problems: [] });

      const tag = /<igb-([a-z-]+)([^>]*)>/.exec(tagOf(site, state));
      const attributes = [...(tag?.[2] ?? '').matchAll(/ ([a-z0-9-]+)="([^"]*)"/g)];
      const read = attributes.map(([, key = '', text = '']) => {
        const name = nameOfKey(key) as ParameterName;
        return [name, parseAttribute(name, plain(text))];
      });
      expect(attributes.map(([, key]) => key)).not.toContain('figure');
      expect({ ...defaults(), ...Object.fromEntries(read), figure: tag?.[1] }).toEqual(state);
    }),
  );
});
