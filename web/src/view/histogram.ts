import { css, html, LitElement, nothing, svg } from 'lit';
import { binLaw, histogram } from '../model/distribution';
import { linearScale, niceAbove, type Scale, ticks } from '../model/scales';
import { type Text, texts } from '../text';
import { bottomAxis, type Frame, frame, leftAxis } from './axes';
import { figureStyle } from './figure-style';
import { SizeController } from './size';

export const bins = 20;

/** G_0 over many networks, and the law that theory gives for it. */
export class Histogram extends LitElement {
  static override properties = {
    text: { attribute: false },
    fractions: { attribute: false },
    law: { attribute: false },
    floor: { attribute: false },
    stale: { type: Boolean },
  };

  declare text: Text;
  declare fractions: Float64Array | null;
  declare law: Float64Array | null;
  declare floor: Float64Array | null;
  /** The fractions belong to an earlier point than the law. */
  declare stale: boolean;

  private readonly size = new SizeController(this);

  constructor() {
    super();
    this.text = texts.en;
    this.fractions = null;
    this.law = null;
    this.floor = null;
    this.stale = false;
  }

  static override styles = [
    figureStyle,
    css`
      .stale .bar { opacity: 0.35; }
      .law { fill: none; stroke: var(--ink); stroke-width: 2.25; stroke-linejoin: round; }
      .floor { fill: none; stroke: var(--ink-soft); stroke-width: 1.25; stroke-dasharray: 3 3; }
    `,
  ];

  override render() {
    const width = Math.max(220, this.size.width);
    const area: Frame = { left: 44, top: 24, right: width - 8, bottom: 218 };
    const bars = this.fractions ? histogram(this.fractions, bins) : [];
    const law = this.law ? binLaw(this.law, bins) : [];
    const floor = this.floor ? binLaw(this.floor, bins) : [];
    const top = Math.min(1, niceAbove(1.02 * Math.max(0.1, ...bars, ...law)));
    const x = linearScale([0, 1], [area.left, area.right]);
    const y = linearScale([0, top], [area.bottom, area.top]);
    const percent = (value: number) => `${Number((100 * value).toFixed(1))} %`;
    return html`<svg width="100%" height=${area.bottom + 40} role="img"
        aria-label=${this.text.histogramTitle} class=${this.stale ? 'stale' : ''}>
      <clipPath id="plot"><rect x=${area.left - 2} y=${area.top - 2}
        width=${area.right - area.left + 4} height=${area.bottom - area.top + 4} /></clipPath>
      ${frame(area)}
      ${leftAxis(area, { scale: y, ticks: ticks(0, top, 4), label: this.text.histogramShare, format: percent })}
      ${bottomAxis(area, { scale: x, ticks: ticks(0, 1, 5), label: this.text.histogramAxis })}
      ${bars.map((share, bin) => this.bar(share, bin, x, y))}
      ${this.steps('floor', floor, x, y)}
      ${this.steps('law', law, x, y)}
    </svg>`;
  }

  private bar(share: number, bin: number, x: Scale, y: Scale) {
    const left = x.toPixel(bin / bins);
    const mix = Math.round((100 * (bin + 0.5)) / bins);
    return svg`<rect class="bar" x=${left + 1} width=${x.toPixel((bin + 1) / bins) - left - 2}
      y=${y.toPixel(share)} height=${y.toPixel(0) - y.toPixel(share)}
      style="fill: color-mix(in oklab, var(--class-a) ${mix}%, var(--class-b))" />`;
  }

  private steps(kind: string, chances: number[], x: Scale, y: Scale) {
    if (chances.length === 0) return nothing;
    const path = chances.map((chance, bin) => {
      const [left, right] = [x.toPixel(bin / bins), x.toPixel((bin + 1) / bins)];
      return `${bin === 0 ? 'M' : 'L'}${left} ${y.toPixel(chance)}L${right} ${y.toPixel(chance)}`;
    });
    return svg`<path class=${kind} clip-path="url(#plot)" d=${path.join('')} />`;
  }
}

customElements.define('igb-histogram', Histogram);
