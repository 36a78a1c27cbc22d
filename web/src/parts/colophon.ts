import { css, html, LitElement, nothing } from 'lit';
import { pageAddress } from '../engine/assets';
import type { Lab } from '../lab/lab';
import { formatQuery } from '../model/params';
import { embeddingTexts } from '../text/embedding';
import { copyText } from './copy';
import { define } from './define';
import { base } from './theme';

/** The line below a lab: what its numbers come from, and a link that brings them back. */
export class Colophon extends LitElement {
  static override properties = { lab: { attribute: false }, copied: { state: true } };

  declare lab: Lab;
  /** Whether the last copy went well; null: there was none. */
  declare private copied: boolean | null;
  private ending = () => {};

  static override styles = [
    base,
    css`
      :host { display: block; margin: 1.25rem 0 0; font-size: 0.85rem; color: var(--ink-soft); }
      p { display: flex; flex-wrap: wrap; gap: 0.3rem 1rem; align-items: center; margin: 0; }
      button { min-height: 1.9rem; padding: 0.1rem 0.6rem; font-size: inherit; }
      input { flex: 1 1 16rem; min-width: 0; min-height: 1.9rem; padding: 0.1rem 0.5rem; font-size: inherit; }
    `,
  ];

  constructor() {
    super();
    this.copied = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.ending = this.lab.on('update', () => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.ending();
  }

  override render() {
    const { state, version } = this.lab;
    const text = embeddingTexts[state.lang];
    return html`<p part="colophon" data-test="colophon">
      ${version ? html`<span>${text.version(version)}</span>` : nothing}
      <span>${text.seed(state.seed)}</span>
      <button type="button" data-test="copy-link" @click=${this.copy}>${text.copyLink}</button>
      <span role="status">${this.copied === null ? nothing : this.copied ? text.copied : text.notCopied}</span>
      ${this.copied === false ? html`<input readonly aria-label=${text.copyLink} .value=${this.link} />` : nothing}
    </p>`;
  }

  private get link(): string {
    return pageAddress + formatQuery(this.lab.state);
  }

  private async copy(): Promise<void> {
    this.copied = await copyText(this.link);
    await this.updateComplete;
    this.renderRoot.querySelector('input')?.select();
  }
}

define('igb-colophon', Colophon);
