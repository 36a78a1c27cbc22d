import { css, html, LitElement, type PropertyValues } from 'lit';
import type { Picture } from '../engine/protocol';
import { paint } from '../model/contour';

/** Little-endian RGBA words of the two classes: Okabe and Ito's blue and orange, which every common
 * form of colour blindness tells apart. */
const classColours = [0xffb27200, 0xff009fe6] as const;

/** Two colours over a plane of inputs: the class a network gives each of them. */
export class ClassMap extends LitElement {
  static override properties = {
    picture: { attribute: false },
    label: {},
    side: { type: Number },
  };

  declare picture: Picture | null;
  /** Text alternative. */
  declare label: string;
  /** Pixels of the canvas, each way. */
  declare side: number;

  constructor() {
    super();
    this.picture = null;
    this.label = '';
    this.side = 448;
  }

  static override styles = css`
    :host { display: block; aspect-ratio: 1; background: var(--plot); }
    canvas { display: block; width: 100%; height: 100%; }
  `;

  override render() {
    return html`<canvas width=${this.side} height=${this.side} role="img"
      aria-label=${this.label}></canvas>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!this.picture || !(changed.has('picture') || changed.has('side'))) return;
    const context = this.renderRoot.querySelector('canvas')?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(this.side, this.side);
    const { margin, resolution } = this.picture;
    paint(margin, resolution, this.side, classColours, new Uint32Array(image.data.buffer));
    context.putImageData(image, 0, 0);
  }
}

customElements.define('igb-class-map', ClassMap);
