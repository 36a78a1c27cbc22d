import { html, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import type { Lang } from '../model/params';
import { piecesOf } from '../model/prose';
import { type FormulaName, formulas } from '../text/formulas';
import { typeset } from './typeset';

/** The MathML that the build made. */
export function formula(name: FormulaName, lang: Lang) {
  return unsafeHTML(formulas[name][lang]);
}

/** Lines do not break within "γ = 1" or "5 %". */
function together(text: string): string {
  return text.replaceAll(/ ([=<]) /g, '\u00a0$1\u00a0').replaceAll(' %', '\u00a0%');
}

/** Prose with its links to the glossary and its formulas. */
export function prose(text: string, lang: Lang): TemplateResult[] {
  return piecesOf(text).map((piece) => {
    switch (piece.kind) {
      case 'term':
        return html`<a class="term" href="#term-${piece.name}">${typeset(piece.text)}</a>`;
      case 'formula':
        return html`${formula(piece.name as FormulaName, lang)}`;
      default:
        return html`${typeset(together(piece.text))}`;
    }
  });
}
