import { css, html, LitElement, svg } from 'lit';
import type { RaceCurve } from '../engine/protocol';
import { linearScale, ticks } from '../model/scales';
import { type Text, texts } from '../text';
import { bottomAxis, type Frame, frame, leftAxis, pathThrough } from './axes';
import { define } from './define';
import { figureStyle } from './figure-style';
import { SizeController } from './size';
import { base } from './theme';

/** One quantity of networks that learn, against steps on a logarithmic axis that begins with 0. */
export class RaceChart extends LitElement {
  static override properties = {
    text: { attribute: false },
    quantity: {},
    curves: { attribute: false },
    steps: { type: Number },
  };

  declare text: Text;
  declare quantity: 'accuracy' | 'maxFrequency';
  declare curves: readonly RaceCurve[];
  declare steps: number;

  private readonly size = new SizeController(this);

  constructor() {
    super();
    this.text = texts.en;
    this.quantity = 'accuracy';
    this.curves = [];
    this.steps = 1;
  }

  static override styles = [
    base,
    figureStyle,
    css`
      path { fill: none; stroke-width: 2.2; }
      .curve-0 { stroke: var(--class-a); }
      .curve-1 { stroke: var(--edge); stroke-width: 3; }
      .curve-2 { stroke: var(--neutrality); stroke-dasharray: 7 3; }
      .curve-3 { stroke: var(--class-b); stroke-dasharray: 2 3; }
    `,
  ];

  override render() {
    const width = Math.max(160, this.size.width);
    const area: Frame = { left: 42, top: 24, right: width - 16, bottom: 178 };
    const decades = Math.log10(this.steps + 1);
    const x = linearScale([0, decades], [area.left + 4, area.right - 6]);
    const y = linearScale([0, 1], [area.bottom, area.top]);
    const place = (step: number) => Math.log10(step + 1);
    const marks = [0, 1, 10, 100, 1000].filter((step) => step <= this.steps);
    const label = this.text.raceQuantity[this.quantity];
    return html`<svg width="100%" height=${area.bottom + 40} role="img"
        aria-label=${this.text.raceLabel(label)}>
      ${frame(area)}
      ${leftAxis(area, { scale: y, ticks: ticks(0, 1, 5), label, format: (v) => `${Math.round(100 * v)} %` })}
      ${bottomAxis(area, {
        scale: { ...x, toPixel: (step: number) => x.toPixel(place(step)) },
        ticks: marks,
        label: this.text.raceAxis,
      })}
      ${this.curves.map(
        (curve, i) =>
          svg`<path class="curve-${i}" d=${pathThrough(
            curve.steps.map((step, n) => ({
              x: x.toPixel(place(step)),
              y: y.toPixel(curve[this.quantity][n] ?? 0),
            })),
          )} />`,
      )}
    </svg>`;
  }
}

define('igb-race-chart', RaceChart);
