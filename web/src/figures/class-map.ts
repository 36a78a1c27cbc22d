import { css, html, nothing } from 'lit';
import { Figure } from '../lab/figure';
import { shareOfFirst } from '../model/contour';
import type { Table } from '../model/take-away';
import { majority, percent } from '../model/words';
import '../parts/class-canvas';
import type { ClassCanvas } from '../parts/class-canvas';
import { define } from '../parts/define';
import { canvasPicture } from '../parts/picture';

/** Two colours over a plane of inputs: the class one network gives each of them. */
export class ClassMap extends Figure {
  protected readonly kinds = ['map'] as const;

  static override styles = [
    ...Figure.styles,
    css`
      .share { display: flex; align-items: center; gap: 0.5rem; margin: 0.5rem 0 0; font-weight: 600;
        font-variant-numeric: tabular-nums; min-height: 1.5em; }
      /* What the engine refused leaves the picture of an earlier point behind. */
      .refused { opacity: 0.25; }
    `,
  ];

  protected get heading(): string {
    return this.text.mapTitle;
  }

  protected get help(): string {
    return this.text.mapHelp;
  }

  protected get ready(): boolean {
    return this.lab.result('map') !== null;
  }

  protected get sentence(): string {
    const map = this.lab.result('map');
    if (!map) return '';
    const { name, share } = majority(shareOfFirst(map.margin));
    return this.text.mapLabel(percent(share, this.lab.state.lang), name);
  }

  override table(): Table {
    const { resolution = 0, margin = [] } = this.lab.result('map') ?? {};
    return {
      columns: ['row', 'column', 'margin', 'class'],
      rows: Array.from(margin, (value, i) => [
        Math.floor(i / resolution),
        i % resolution,
        value,
        value >= 0 ? 'A' : 'B',
      ]),
    };
  }

  override async picture(): Promise<string> {
    const canvas = this.renderRoot.querySelector<ClassCanvas>('igb-class-canvas')?.canvas;
    if (!canvas) throw new Error(this.text.nothingToShow);
    return canvasPicture(canvas, this.sentence);
  }

  protected override draw() {
    const map = this.lab.result('map');
    const { name, share } = majority(map ? shareOfFirst(map.margin) : 0.5);
    const shown = percent(share, this.lab.state.lang);
    return html`<div data-test="map" data-majority=${map ? share : nothing}
      data-resolution=${map?.resolution ?? nothing} data-stale=${String(this.lab.isStale('map'))}>
      <igb-class-canvas class=${this.lab.failureOf('map') ? 'refused' : ''} .picture=${map}
        .label=${this.sentence} exportparts="canvas"></igb-class-canvas>
      <p class="share"><span class="swatch ${name}"></span>${map ? this.text.mapShare(shown, name) : ''}</p>
    </div>`;
  }
}

define('igb-class-map', ClassMap);
