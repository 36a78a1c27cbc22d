import { css, html, type TemplateResult } from 'lit';
import type { Chart } from '../model/chart';
import { chartsSvg } from '../model/chart-svg';
import '../parts/curves';
import { legend } from '../parts/legend';
import { colourOf } from '../parts/picture';
import { type CurvesText, curvesTexts } from '../text/curves';
import { Figure } from './figure';

/** A figure that consists of charts beside each other. */
export abstract class CurveFigure extends Figure {
  static override styles = [
    ...Figure.styles,
    css`
      .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); gap: 0.5rem 1.25rem; }
      .curve-key { display: inline-block; margin: 0 0.35rem 0 0; vertical-align: middle; overflow: visible; }
    `,
  ];

  /** Of the results at hand; none where there are none. */
  protected abstract get charts(): Chart[];
  /** Text alternative of one chart. */
  protected abstract labelOf(chart: Chart, index: number): string;

  protected get words(): CurvesText {
    return curvesTexts[this.lab.state.lang];
  }

  override async picture(): Promise<string> {
    const { charts } = this;
    if (charts.length === 0) throw new Error(this.text.nothingToShow);
    return chartsSvg(charts, {
      title: this.sentence,
      columns: 2,
      colourOf: (property) => colourOf(this, property),
    });
  }

  protected drawCharts(): TemplateResult {
    const { charts, words, lab } = this;
    return html`<div class="charts">${charts.map(
      (chart, i) => html`<igb-curves .chart=${chart} .shade=${lab.state.theme} keys=${words.keys}
          label=${this.labelOf(chart, i)}></igb-curves>`,
    )}</div>
      ${legend(charts)}`;
  }
}
