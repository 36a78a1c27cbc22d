import { css, html, LitElement, nothing } from 'lit';
import type { Figure } from '../lab/figure';
import { withTexts } from '../model/png';
import { citation, provenance } from '../model/take-away';
import { type Text, texts } from '../text';
import { copyText } from './copy';
import { define } from './define';
import { rasterise } from './picture';
import { base } from './theme';

/** Between the menu and the edges of the window. */
const gap = 8;

/** A menu beside a figure: its picture, its numbers, how to get them again, whom to cite. */
export class TakeAway extends LitElement {
  static override properties = {
    figure: { attribute: false },
    text: { attribute: false },
    of: {},
    said: { state: true },
    open: { state: true },
  };

  declare figure: Figure;
  declare text: Text;
  /** The title of the figure. */
  declare of: string;
  /** What was just done. */
  declare private said: string;
  declare private open: boolean;

  constructor() {
    super();
    this.text = texts.en;
    this.of = '';
    this.said = '';
    this.open = false;
  }

  static override styles = [
    base,
    css`
      :host { position: relative; display: block; }
      .opener { width: 2rem; height: 2rem; min-height: 0; padding: 0; border-color: transparent; background: none; color: var(--ink-soft); }
      .opener:is(:hover, [aria-expanded="true"]) { background: var(--button); color: var(--ink); border-color: var(--rule); }
      .menu { position: absolute; inset-inline-end: 0; z-index: 5; display: grid; gap: 0.25rem; padding: 0.5rem; width: 15rem; max-width: calc(100vw - 1rem);
        background: var(--page); border: 1px solid var(--rule); border-radius: 8px; box-shadow: 0 4px 18px #0003; }
      .menu button { text-align: start; font-size: 0.9rem; }
      .said { margin: 0; font-size: 0.85rem; color: var(--ink-soft); overflow-wrap: anywhere; max-height: 9rem; overflow-y: auto; white-space: pre-wrap; }
      .said:empty { display: none; }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.hide();
  }

  override render() {
    const { text, of, open } = this;
    return html`<button type="button" class="opener" data-test="take-away" title=${text.takeAway}
        aria-label="${text.takeAway}: ${of}" aria-expanded=${open} aria-controls=${open ? 'menu' : nothing}
        @click=${() => (open ? this.hide() : this.show())} @keydown=${this.onKey}
        ><span aria-hidden="true">⋯</span></button>
      ${open ? this.menu() : nothing}`;
  }

  private menu() {
    const { text } = this;
    const computed = this.figure.command;
    const action = (name: string, label: string, act: () => Promise<string> | string) =>
      html`<button type="button" data-test="take-${name}" @click=${() => this.act(act)}
        >${label}</button>`;
    return html`<div class="menu" id="menu" part="menu" @keydown=${this.onKey}>
      ${action('png', text.takePng, () => this.savePng())}
      ${action('svg', text.takeSvg, async () =>
        this.save('svg', new Blob([await this.figure.svg()], { type: 'image/svg+xml' })),
      )}
      ${action('csv', text.takeCsv, () =>
        this.save('csv', new Blob([this.figure.csv()], { type: 'text/csv' })),
      )}
      ${computed === null ? nothing : action('command', text.takeCommand, () => this.copy(computed))}
      ${action('citation', text.takeCitation, () => this.copy(citation))}
      <p class="said" role="status">${this.said}</p>
    </div>`;
  }

  private async show(): Promise<void> {
    this.open = true;
    this.said = '';
    document.addEventListener('pointerdown', this.onPointer);
    await this.updateComplete;
    const menu = this.renderRoot.querySelector<HTMLElement>('.menu');
    if (!menu) return;
    const { left } = menu.getBoundingClientRect();
    menu.style.setProperty('translate', `${Math.max(0, gap - left)}px`);
    menu.querySelector('button')?.focus();
  }

  private hide(): void {
    this.open = false;
    document.removeEventListener('pointerdown', this.onPointer);
  }

  private readonly onPointer = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.hide();
  };

  private onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !this.open) return;
    event.stopPropagation();
    this.hide();
    this.renderRoot.querySelector<HTMLElement>('.opener')?.focus();
  }

  private async act(act: () => Promise<string> | string): Promise<void> {
    try {
      this.said = await act();
    } catch (error) {
      this.said = error instanceof Error ? error.message : String(error);
    }
  }

  private async savePng(): Promise<string> {
    const { lab } = this.figure;
    this.figure.checkCurrent();
    const png = await rasterise(await this.figure.picture());
    const described = withTexts(new Uint8Array(await png.arrayBuffer()), {
      Software: `igb ${lab.version}`,
      Description: provenance(this.figure.shownState, lab.version).join('\n'),
    });
    return this.save('png', new Blob([described], { type: 'image/png' }));
  }

  private save(ending: string, blob: Blob): string {
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
    return (await copyText(content)) ? `${this.text.copied} ${content}` : content;
  }
}

define('igb-take-away', TakeAway);
