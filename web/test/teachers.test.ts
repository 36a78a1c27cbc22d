import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../src/model/params';
import { stepOf } from '../src/model/story';
import { termNames } from '../src/text/glossary';

const text = readFileSync(new URL('../doc/teachers.md', import.meta.url), 'utf8');
/** Of links, and of addresses that are only named. */
const addresses = [...text.matchAll(/\]\(([?#][^)]*)\)|`([?#][^`]+)`/g)].map(
  ([, link, named]) => link ?? (named as string),
);

describe('the lessons', () => {
  it('have links', () => {
    expect(addresses.length).toBeGreaterThan(10);
  });

  it.each(addresses)('%s is allowed', (address) => {
    const { search, hash } = new URL(address, 'http://localhost/');
    expect(parseQuery(search).problems).toEqual([]);
    const term = termNames.some((name) => hash === `#term-${name}`);
    expect(hash === '#lab' || term || stepOf(hash) !== null).toBe(true);
  });
});
