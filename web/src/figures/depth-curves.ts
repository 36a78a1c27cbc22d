import { css, html } from 'lit';
import { Figure } from '../lab/figure';
import type { Table } from '../model/take-away';
import { define } from '../parts/define';
import '../parts/depth-chart';
import { colourOf, standalone } from '../parts/picture';

/** Mean-field quantities against the layer: theory as lines, medians over networks as dots. */
export class DepthCurves extends Figure {
  protected readonly kinds = ['theory', 'ensemble'] as const;

  static override styles = [
    ...Figure.styles,
    css`
      .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); gap: 1rem 1.5rem; }
    `,
  ];

  protected get heading(): string {
    return this.text.depthTitle;
  }

  protected get help(): string {
    return this.text.depthHelp;
  }

  protected get sentence(): string {
    return '';
  }

  protected get ready(): boolean {
    return this.lab.result('theory') !== null;
  }

  override table(): Table {
    const layers = this.lab.result('theory')?.layers ?? [];
    return {
      columns: ['layer', 'theory_gamma', 'theory_c'],
      rows: layers.map(({ gamma, c }, i) => [i + 1, gamma, c]),
    };
  }

  override async picture(): Promise<string> {
    const svg = this.renderRoot
      .querySelector('igb-depth-chart')
      ?.shadowRoot?.querySelector('svg') as SVGSVGElement;
    return standalone(svg, this.sentence, colourOf(this, '--page'));
  }

  protected override draw() {
    const { text, lab } = this;
    const theory = lab.result('theory');
    const ensemble = lab.result('ensemble');
    const chart = (quantity: 'gamma' | 'c', limit: number | undefined) => html`<igb-depth-chart
      .text=${text} quantity=${quantity} .limit=${limit ?? null} .stale=${lab.isStale('ensemble')}
      .theory=${theory?.layers.map((layer) => layer[quantity]) ?? []}
      .measured=${ensemble?.[quantity] ?? []}></igb-depth-chart>`;
    return html`<div class="pair" data-test="depth">
      ${chart('gamma', theory?.fixedPoint.gammaStar)} ${chart('c', theory?.fixedPoint.cStar)}
    </div>`;
  }
}

define('igb-depth-curves', DepthCurves);
