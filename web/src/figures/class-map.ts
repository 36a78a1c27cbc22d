import { css, html, nothing, svg } from 'lit';
import { factsOf } from '../lab/facts';
import { Figure } from '../lab/figure';
import { shareOfFirst } from '../model/contour';
import { inputAt, type Place, placeByKey } from '../model/plane';
import { ofInput } from '../model/read-out';
import type { Table } from '../model/take-away';
import { majority, percent, words } from '../model/words';
import '../parts/class-canvas';
import type { ClassCanvas } from '../parts/class-canvas';
import { define } from '../parts/define';
import { canvasPicture } from '../parts/picture';
import { sentences } from '../text/sentences';

/** Two colours over a plane of inputs: the class one network gives each of them. */
export class ClassMap extends Figure {
  protected override readonly pace = 0;
  protected readonly kinds = ['map'] as const;

  /** What the mouse or the keys point at. */
  private place: Place | null = null;
  /** Screen readers hear of it when keys move it, not at every move of a mouse. */
  private byKeys = false;

  static override styles = [
    ...Figure.styles,
    css`
      .plane { position: relative; cursor: crosshair; }
      .cross { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; forced-color-adjust: none; }
      .cross circle { fill: none; stroke: #fff; stroke-width: 2; }
      .cross .outer { stroke: #000; stroke-width: 4; }
      .share { display: flex; flex-wrap: wrap; align-items: center; gap: 0 0.5rem; margin: 0.5rem 0 0; font-weight: 600;
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
    return words(factsOf(this.lab)).classMap;
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
      <div class="plane" tabindex="0" role="application" aria-label=${sentences[this.lab.state.lang].mapKeys}
        @pointermove=${this.onPoint} @pointerdown=${this.onPoint} @pointerleave=${this.onLeave}
        @keydown=${this.onKey} @blur=${this.onLeave}>
        <igb-class-canvas class=${this.lab.failureOf('map') ? 'refused' : ''} .picture=${map}
          .label=${this.sentence} exportparts="canvas"></igb-class-canvas>
        ${this.cross()}
      </div>
      <p class="share"><span class="swatch ${name}"></span>${map ? this.text.mapShare(shown, name) : ''}</p>
      <output class="read-out" part="read-out" aria-live=${this.byKeys ? 'polite' : 'off'}
        data-test="map-read-out">${this.readOut}</output>
    </div>`;
  }

  private get readOut(): string {
    const map = this.lab.result('map');
    return map && this.place ? ofInput(this.lab.state.lang, inputAt(map, this.place)) : '';
  }

  /** A ring where the keys point at; a mouse shows its own cross. */
  private cross() {
    if (!this.place || !this.byKeys) return nothing;
    const [x, y] = [this.place.across, this.place.down].map((share) => `${100 * share}%`);
    const ring = (kind: string) => svg`<circle class=${kind} cx=${x} cy=${y} r="7" />`;
    return html`<svg class="cross" aria-hidden="true">${ring('outer')}${ring('inner')}</svg>`;
  }

  private pointTo(place: Place | null, byKeys: boolean): void {
    this.place = place;
    this.byKeys = byKeys;
    this.requestUpdate();
  }

  private onPoint(event: PointerEvent): void {
    const { left, top, width, height } = (event.currentTarget as Element).getBoundingClientRect();
    const across = (event.clientX - left) / width;
    this.pointTo({ across, down: (event.clientY - top) / height }, false);
  }

  private onLeave(): void {
    this.pointTo(null, false);
  }

  private onKey(event: KeyboardEvent): void {
    const moved = placeByKey(this.place ?? { across: 0.5, down: 0.5 }, event.key, event.shiftKey);
    if (!moved) return;
    event.preventDefault();
    this.pointTo(moved, true);
  }
}

define('igb-class-map', ClassMap);
