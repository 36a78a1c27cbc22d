import { css, html, LitElement, nothing } from 'lit';
import type { Figure } from '../lab/figure';
import { citation, command } from '../model/take-away';
import { type Text, texts } from '../text';
import { define } from './define';
import { rasterise } from './picture';
import { base } from './theme';

/** A menu beside a figure: its picture, its numbers, how to get them again, whom to cite. */
export class TakeAway extends LitElement {
  static override properties = {
    figure: { attribute: false },
    text: { attribute: false },
    said: { state: true },
  };

  declare figure: Figure;
  declare text: Text;
  /** What was just done. */
  declare private said: string;

  constructor() {
    super();
    this.text = texts.en;
    this.said = '';
  }

  static override styles = [
    base,
    css`
      :host { position: relative; display: block; }
      summary { list-style: none; cursor: pointer; border-radius: 6px; width: 2rem; height: 2rem; display: grid; place-items: center; color: var(--ink-soft); }
      summary::-webkit-details-marker { display: none; }
      summary:hover { background: var(--button); color: var(--ink); }
      .menu { position: absolute; inset-inline-end: 0; z-index: 5; display: grid; gap: 0.25rem; padding: 0.5rem; min-width: 13rem; max-width: min(22rem, 80vw);
        background: var(--page); border: 1px solid var(--rule); border-radius: 8px; box-shadow: 0 4px 18px #0003; }
      button { text-align: start; font-size: 0.9rem; }
      .said { margin: 0; font-size: 0.85rem; color: var(--ink-soft); overflow-wrap: anywhere; }
    `,
  ];

  override render() {
    const { text } = this;
    const action = (name: string, label: string, act: () => Promise<string> | string) =>
      html`<button type="button" data-test="take-${name}" @click=${() => this.act(act)}
        >${label}</button>`;
    return html`<details @keydown=${this.close}>
      <summary role="button" aria-label=${text.takeAway} title=${text.takeAway}
        data-test="take-away"><span aria-hidden="true">⋯</span></summary>
      <div class="menu" part="menu">
        ${action('png', text.takePng, () => this.savePng())}
        ${action('svg', text.takeSvg, async () =>
          this.save('svg', 'image/svg+xml', await this.figure.picture()),
        )}
        ${action('csv', text.takeCsv, () => this.save('csv', 'text/csv', this.figure.csv()))}
        ${action('command', text.takeCommand, () => this.copy(command(this.figure.lab.state)))}
        ${action('citation', text.takeCitation, () => this.copy(citation))}
        <p class="said" role="status">${this.said || nothing}</p>
      </div>
    </details>`;
  }

  private close(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    const details = event.currentTarget as HTMLDetailsElement;
    details.open = false;
    details.querySelector('summary')?.focus();
  }

  private async act(act: () => Promise<string> | string): Promise<void> {
    try {
      this.said = await act();
    } catch (error) {
      this.said = String(error);
    }
  }

  private async savePng(): Promise<string> {
    const blob = await rasterise(await this.figure.picture());
    return this.saveBlob('png', blob);
  }

  private save(ending: string, type: string, content: string): string {
    return this.saveBlob(ending, new Blob([content], { type }));
  }

  private saveBlob(ending: string, blob: Blob): string {
    const name = `${this.figure.localName}.${ending}`;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    return this.text.saved(name);
  }

  /** Shown as well, for where copying is not allowed. */
  private async copy(content: string): Promise<string> {
    const copied = await navigator.clipboard?.writeText(content).then(
      () => true,
      () => false,
    );
    return copied ? `${this.text.copied} ${content}` : content;
  }
}

define('igb-take-away', TakeAway);
