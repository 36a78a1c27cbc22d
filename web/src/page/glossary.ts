import { html, LitElement, nothing } from 'lit';
import type { Lang } from '../model/params';
import { formula, prose } from '../parts/prose';
import { typeset } from '../parts/typeset';
import { formulaOf, glossaries, sources, termNames } from '../text/glossary';
import './glossary.css';

/** What the words mean, and whose they are; links of the page lead to #term-.... */
export class Glossary extends LitElement {
  static override properties = { language: {} };

  declare language: Lang;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override render() {
    const { language: lang } = this;
    const text = glossaries[lang];
    return html`<section class="glossary" aria-labelledby="glossary">
      <h2 id="glossary">${text.title}</h2>
      <p class="note" data-test="glossary-note">${text.note}</p>
      <dl>
        ${termNames.map((name) => {
          const { term, meaning } = text.terms[name];
          const about = formulaOf[name];
          return html`<div class="entry" id="term-${name}">
            <dt>${typeset(term)}</dt>
            <dd>${prose(meaning, lang)}
              ${about ? html`<p class="formula">${formula(about, lang)}</p>` : nothing}</dd>
          </div>`;
        })}
      </dl>
      <h3>${text.sources}</h3>
      <ul class="sources">
        ${sources.map(
          ({ text: source, link }) =>
            html`<li lang="en">${source} <a href=${link}>${link.replace('https://', '')}</a></li>`,
        )}
      </ul>
    </section>`;
  }
}

customElements.define('igb-glossary', Glossary);
