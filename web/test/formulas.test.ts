import { describe, expect, it } from 'vitest';
import { mathml, typesetAll } from '../scripts/formulas';
import { formulas } from '../src/text/formulas';
import source from '../src/text/formulas.json';

describe('formulas', () => {
  const all = Object.entries(formulas).flatMap(([name, languages]) =>
    Object.entries(languages).map(([lang, text]) => [`${name} (${lang})`, text] as const),
  );

  it.each(all)('%s is MathML with words', (_, text) => {
    expect(text).toMatch(/^<math alttext="[^"]+">.*<\/math>$/);
    expect(text).not.toContain('\\');
  });

  it.each(all)('%s keeps to a strict Content-Security-Policy', (_, text) => {
    expect(text).not.toMatch(/ style=| class=|<script| on\w+=/);
  });

  it('have no TeX left for the browser', () => {
    expect(JSON.stringify(source)).not.toContain('"tex"');
  });
});

describe('mathml', () => {
  it('drops the styles that the library writes', () => {
    expect(mathml('\\displaystyle \\color{red} x', 'x')).not.toMatch(/ style=/);
  });

  it('escapes the words', () => {
    expect(mathml('x', 'a "<b>" & c')).toContain('alttext="a &#34;&#60;b&#62;&#34; &#38; c"');
  });

  it('refuses TeX that is wrong', () => {
    expect(() => mathml('\\frac{1}', '')).toThrow();
    expect(() => typesetAll('{"bad": {"tex": "\\\\nonsense", "en": "", "zh": ""}}')).toThrow();
  });
});
