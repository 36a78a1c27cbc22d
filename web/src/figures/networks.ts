import { css, html, nothing } from 'lit';
import { factsOf } from '../lab/facts';
import { Figure } from '../lab/figure';
import { shareOfFirst } from '../model/contour';
import type { Table } from '../model/take-away';
import { majority, words } from '../model/words';
import '../parts/class-canvas';
import type { ClassCanvas } from '../parts/class-canvas';
import { define } from '../parts/define';
import { canvasPicture } from '../parts/picture';

/** Pixels of a small map, and of a row of them in the picture that one takes away. */
const side = 72;
const perRow = 6;

/** Small class maps of the networks of one draw; choosing one shows it large. */
export class Networks extends Figure {
  protected readonly kinds = ['tiles'] as const;

  static override styles = [
    ...Figure.styles,
    css`
      .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(var(--tile, 60px), 1fr)); gap: 6px; }
      .tile { padding: 0; min-height: 0; border: 2px solid transparent; border-radius: 4px; overflow: hidden; background: none; }
      .tile[aria-pressed="true"] { border-color: var(--ink); }
    `,
  ];

  protected get heading(): string {
    return this.text.stripTitle;
  }

  protected get help(): string {
    return this.text.stripHelp;
  }

  protected get ready(): boolean {
    return this.lab.tiles.some((tile) => tile !== null);
  }

  private get shares(): (number | null)[] {
    return this.lab.tiles.map((tile) => (tile ? shareOfFirst(tile.margin) : null));
  }

  protected get sentence(): string {
    return words(factsOf(this.lab)).networks;
  }

  override table(): Table {
    return {
      columns: ['network', 'share_of_class_a'],
      rows: this.shares.map((share, network) => [network, share]),
    };
  }

  override async picture(): Promise<string> {
    const canvas = document.createElement('canvas');
    const all = [...this.renderRoot.querySelectorAll<ClassCanvas>('igb-class-canvas')];
    canvas.width = perRow * (side + 6);
    canvas.height = Math.ceil(all.length / perRow) * (side + 6);
    const context = canvas.getContext('2d');
    all.forEach((tile, i) => {
      const [column, row] = [i % perRow, Math.floor(i / perRow)];
      if (tile.canvas) context?.drawImage(tile.canvas, column * (side + 6), row * (side + 6));
    });
    return canvasPicture(canvas, this.sentence);
  }

  protected override draw() {
    const { text, lab } = this;
    const shares = this.shares;
    return html`<div class="tiles" data-test="strip">
      ${lab.tiles.map(
        (tile, network) => html`<button type="button" class="tile"
          aria-label=${text.stripLabel(network)} aria-pressed=${network === lab.state.network}
          data-majority=${shares[network] == null ? nothing : majority(shares[network]).share}
          @click=${() => lab.set({ network })}
        ><igb-class-canvas side=${side} .picture=${tile} .label=${''}></igb-class-canvas></button>`,
      )}
    </div>`;
  }
}

define('igb-networks', Networks);
