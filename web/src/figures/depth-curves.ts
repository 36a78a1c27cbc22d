import { html, nothing } from 'lit';
import { CurveFigure } from '../lab/curve-figure';
import type { Chart } from '../model/chart';
import {
  backwardGradients,
  type DepthResults,
  depthCharts,
  measuredExcess,
} from '../model/curve-charts';
import { type DepthFacts, depthSentence, logRate } from '../model/curve-words';
import { simulateCommand, type Table } from '../model/take-away';
import { define } from '../parts/define';

/** Mean-field quantities against the layer: theory as lines, medians over networks as dots. */
export class DepthCurves extends CurveFigure {
  protected readonly kinds = ['theory', 'ensemble', 'gradients'] as const;

  override get command(): string {
    return simulateCommand(this.lab.state);
  }

  protected get heading(): string {
    return this.words.depthTitle;
  }

  protected get help(): string {
    return this.words.depthHelp;
  }

  protected get ready(): boolean {
    return this.results !== null;
  }

  private get results(): DepthResults | null {
    const { lab } = this;
    const theory = lab.result('theory');
    if (!theory) return null;
    return {
      theory,
      ensemble: lab.result('ensemble'),
      gradients: lab.result('gradients'),
      stale: { ensemble: lab.isStale('ensemble'), gradients: lab.isStale('gradients') },
    };
  }

  /** Measurements of an earlier state are drawn, but not told of. */
  private facts({ theory, ensemble, stale }: DepthResults): DepthFacts {
    const depth = theory.layers.length - 1;
    const measured = stale.ensemble ? undefined : ensemble?.gamma.at(depth - 1);
    return {
      depth,
      theory: theory.layers[depth - 1]?.gamma ?? Number.NaN,
      measured: measured !== undefined && !Number.isNaN(measured) ? measured : null,
      limit: theory.fixedPoint.gammaStar,
      gradientRate: logRate(backwardGradients(theory.layers).map(Math.log)),
    };
  }

  protected get sentence(): string {
    const { results } = this;
    return results ? depthSentence(this.lab.state.lang, this.facts(results)) : '';
  }

  protected get charts(): Chart[] {
    const { results } = this;
    return results ? depthCharts(this.lab.state.lang, results) : [];
  }

  protected labelOf({ y }: Chart): string {
    return this.words.depthLabel(y.label);
  }

  override table(): Table {
    const { results } = this;
    const columns = ['q', 'c', 'gamma', 'relative_squared_gradient'];
    if (!results) return { columns: ['layer'], rows: [] };
    const { theory, ensemble } = results;
    const backward = backwardGradients(theory.layers);
    const excess = measuredExcess(results);
    const row = (i: number, layer: DepthResults['theory']['layers'][number]) => [
      ...[i + 1, layer.q, layer.c, layer.gamma, backward[i] ?? null],
      ...[ensemble?.q[i] ?? null, ensemble?.c[i] ?? null, ensemble?.gamma[i] ?? null],
      excess[i] ?? null,
    ];
    return {
      columns: [
        'layer',
        ...columns.map((name) => `theory_${name}`),
        ...columns.map((name) => `measured_${name}`),
      ],
      rows: theory.layers.map((layer, i) => row(i, layer)),
    };
  }

  protected override draw() {
    const { results } = this;
    const facts = results ? this.facts(results) : null;
    return html`<div data-test="depth" data-stale=${String(results?.stale.ensemble ?? true)}
      data-theory-gamma=${facts?.theory ?? nothing} data-gamma=${facts?.measured ?? nothing}
      data-rate=${facts?.gradientRate ?? nothing}>${this.drawCharts()}</div>`;
  }
}

define('igb-depth-curves', DepthCurves);
