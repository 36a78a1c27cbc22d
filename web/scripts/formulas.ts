import { readFileSync } from 'node:fs';
import temml from 'temml';
import type { Plugin } from 'vite';

/** One formula: how it is written, and how it is read aloud. */
interface Source {
  tex: string;
  en: string;
  zh: string;
}

const languages = ['en', 'zh'] as const;

/** Attributes of MathML that the page relies on; a style would need a laxer Content-Security-Policy,
 * and a class the style sheet of the library. */
const dropped = / (?:style|class)="[^"]*"/g;

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** MathML of TeX, without styles. Throws on TeX that is wrong. */
export function mathml(tex: string, spoken: string): string {
  const rendered = temml.renderToString(tex, { throwOnError: true }).replace(dropped, '');
  return rendered.replace(/^<math/, `<math alttext="${escapeXml(spoken)}"`);
}

/** A file of formulas, name -> { tex, en, zh }, as the MathML of each in each language. */
export function typesetAll(json: string): string {
  const sources = JSON.parse(json) as Record<string, Source>;
  const typeset = Object.entries(sources).map(([name, source]) => [
    name,
    Object.fromEntries(languages.map((lang) => [lang, mathml(source.tex, source[lang])])),
  ]);
  return JSON.stringify(Object.fromEntries(typeset));
}

/** Typesets src/text/formulas.json as the page is built, so that no library does so in the browser. */
export function formulas(): Plugin {
  return {
    name: 'formulas',
    enforce: 'pre',
    load: (id) =>
      id.endsWith('/text/formulas.json') ? typesetAll(readFileSync(id, 'utf8')) : undefined,
  };
}
