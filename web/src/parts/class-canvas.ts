import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import type { Picture } from '../engine/protocol';
import { type Inks, paint } from '../model/contour';
import { define } from './define';

/** Little-endian RGBA words: Okabe and Ito's blue, and orange with darker stripes, so that the classes
 * differ without colour, too. */
const inks: Inks = { first: 0xffb27200, second: 0xff009fe6, stripe: 0xff0083bd };

/** Two colours over a plane of inputs: the class a network gives each of them. */
export class ClassCanvas extends LitElement {
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

  /** Kept from picture to picture. */
  private image: ImageData | null = null;

  constructor() {
    super();
    this.picture = null;
    this.label = '';
    this.side = 448;
  }

  static override styles = css`
    :host { display: block; aspect-ratio: 1; background: var(--plot); forced-color-adjust: none; }
    canvas { display: block; width: 100%; height: 100%; }
  `;

  get canvas(): HTMLCanvasElement | null {
    return this.renderRoot.querySelector('canvas');
  }

  override render() {
    return html`<canvas part="canvas" width=${this.side} height=${this.side}
      role=${this.label ? 'img' : 'presentation'} aria-label=${this.label || nothing}></canvas>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!this.picture || !(changed.has('picture') || changed.has('side'))) return;
    const context = this.canvas?.getContext('2d');
    if (!context) return;
    if (this.image?.width !== this.side) this.image = context.createImageData(this.side, this.side);
    const { image } = this;
    const { margin, resolution } = this.picture;
    paint(margin, resolution, this.side, inks, new Uint32Array(image.data.buffer));
    context.putImageData(image, 0, 0);
  }
}

define('igb-class-canvas', ClassCanvas);
