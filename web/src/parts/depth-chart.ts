import { css, html, LitElement, nothing, svg } from 'lit';
import { linearScale, logScale, logTicks, type Scale, ticks } from '../model/scales';
import { type Text, texts } from '../text';
import { bottomAxis, type Frame, frame, leftAxis, pathThrough } from './axes';
import { define } from './define';
import { figureStyle } from './figure-style';
import { SizeController } from './size';
import { base } from './theme';

/** Gamma is drawn between these, whatever happens. */
const [gammaLowest, gammaHighest] = [1e-3, 1e9];
const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function powerOfTen(value: number): string {
  const exponent = Math.round(Math.log10(value));
  if (exponent >= -1 && exponent <= 1) return String(value);
  const digits = [...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)]);
  return `10${exponent < 0 ? '⁻' : ''}${digits.join('')}`;
}

/** One quantity of the mean field against the layer: theory as a line, measurements as dots. */
export class DepthChart extends LitElement {
  static override properties = {
    text: { attribute: false },
    quantity: {},
    theory: { attribute: false },
    measured: { attribute: false },
    limit: { attribute: false },
    stale: { type: Boolean },
  };

  declare text: Text;
  declare quantity: 'gamma' | 'c';
  /** Values of layers 1, 2, ... */
  declare theory: number[];
  declare measured: number[];
  /** Value at infinite depth, or null. */
  declare limit: number | null;
  declare stale: boolean;

  private readonly size = new SizeController(this);

  constructor() {
    super();
    this.text = texts.en;
    this.quantity = 'gamma';
    this.theory = [];
    this.measured = [];
    this.limit = null;
    this.stale = false;
  }

  static override styles = [
    base,
    figureStyle,
    css`
      .theory { fill: none; stroke: var(--ink); stroke-width: 2; }
      .limit { stroke: var(--ink-soft); stroke-dasharray: 3 3; }
      .neutral { stroke: var(--neutrality); stroke-dasharray: 7 4; }
      .dot { fill: var(--dot); }
      .stale .dot { opacity: 0.35; }
      .remark { font-size: 11px; }
      .neutral-remark { text-anchor: end; }
    `,
  ];

  private vertical(area: Frame): { scale: Scale; ticks: number[]; format: (v: number) => string } {
    const pixels = [area.bottom, area.top] as const;
    if (this.quantity === 'c') {
      const lowest = Math.min(0, ...this.theory, ...this.measured.filter(Number.isFinite));
      const low = Math.floor(5 * lowest) / 5;
      return { scale: linearScale([low, 1], pixels), ticks: ticks(low, 1, 5), format: String };
    }
    const shown = [...this.theory, ...this.measured, 1].filter(
      (value) => value >= gammaLowest && value <= gammaHighest,
    );
    const low = 10 ** Math.floor(Math.log10(Math.min(...shown)));
    const high = 10 ** Math.ceil(Math.log10(1.2 * Math.max(...shown)));
    const marks = logTicks(low, high, 6);
    return { scale: logScale([low, high], pixels), ticks: marks, format: powerOfTen };
  }

  override render() {
    const width = Math.max(160, this.size.width);
    const area: Frame = { left: 36, top: 24, right: width - 8, bottom: 178 };
    const layers = Math.max(2, this.theory.length);
    const x = linearScale([1, layers], [area.left + 6, area.right - 6]);
    const { scale: y, ticks: marks, format } = this.vertical(area);
    const name = this.quantity === 'gamma' ? 'γ' : 'c';
    const place = (value: number, i: number) =>
      this.hasPlace(value) ? { x: x.toPixel(i + 1), y: y.toPixel(value) } : null;
    const dots = this.measured.map(place).filter((dot) => dot !== null);
    return html`<svg width="100%" height=${area.bottom + 40} role="img"
        aria-label=${this.text.depthLabel(name)} class=${this.stale ? 'stale' : ''}>
      ${frame(area)}
      ${leftAxis(area, { scale: y, ticks: marks, label: name, format })}
      ${bottomAxis(area, {
        scale: x,
        ticks: ticks(1, layers, 5).filter(Number.isInteger),
        label: this.text.depthAxis,
      })}
      ${this.quantity === 'gamma' ? this.level('neutral', 1, area, y) : nothing}
      ${this.limit === null ? nothing : this.level('limit', this.limit, area, y)}
      <path class="theory" d=${pathThrough(this.theory.map(place))} />
      ${dots.map((dot) => svg`<circle class="dot" cx=${dot.x} cy=${dot.y} r="3.2" />`)}
    </svg>`;
  }

  /** A layer without signal has no value, and the unbiased estimate of a tiny gamma can be negative,
   * which a logarithmic axis cannot show. */
  private hasPlace(value: number): boolean {
    return this.quantity === 'gamma' ? value > 0 : Number.isFinite(value);
  }

  private level(kind: 'neutral' | 'limit', value: number, area: Frame, y: Scale) {
    if (!this.hasPlace(value) || value > y.toValue(area.top) * (1 + 1e-9)) return nothing;
    if (value < y.toValue(area.bottom) * (1 - 1e-9)) return nothing;
    const height = y.toPixel(value);
    const text = kind === 'neutral' ? this.text.neutral : this.text.limit;
    return svg`<line class=${kind} x1=${area.left} x2=${area.right} y1=${height} y2=${height} />
      <text class="remark ${kind}-remark" x=${kind === 'limit' ? area.left + 4 : area.right - 4} y=${height - area.top > 16 ? height - 4 : height + 13}
        >${text}</text>`;
  }
}

define('igb-depth-chart', DepthChart);
