import { html, nothing } from 'lit';
import { CurveFigure } from '../lab/curve-figure';
import type { Chart } from '../model/chart';
import { gradientsChart } from '../model/curve-charts';
import { gradientsSentence, logRate } from '../model/curve-words';
import type { Table } from '../model/take-away';
import { define } from '../parts/define';

/** Squared gradients against the layer, of inputs labelled with the class that a network favours, and
 * with the other one. */
export class Gradients extends CurveFigure {
  protected readonly kinds = ['gradients'] as const;

  protected get heading(): string {
    return this.words.gradientsTitle;
  }

  protected get help(): string {
    return this.words.gradientsHelp;
  }

  protected get ready(): boolean {
    return this.lab.result('gradients') !== null;
  }

  protected get sentence(): string {
    const result = this.lab.result('gradients');
    if (!result) return '';
    const { networks, of, favoured, unfavoured } = result;
    const source = networks > 0 ? 'measured' : 'theory';
    return gradientsSentence(this.lab.state.lang, {
      ...{ networks, of, favoured: favoured[source], unfavoured: unfavoured[source] },
    });
  }

  protected get charts(): Chart[] {
    const { lab } = this;
    const result = lab.result('gradients');
    return result ? [gradientsChart(lab.state.lang, result, lab.isStale('gradients'))] : [];
  }

  protected labelOf(): string {
    return this.sentence;
  }

  /** Natural logarithms, which hold what no number does. */
  override table(): Table {
    const result = this.lab.result('gradients');
    const columns = (['favoured', 'unfavoured'] as const).flatMap((labels) =>
      (['theory', 'measured'] as const).map((source) => ({ labels, source })),
    );
    return {
      columns: [
        'layer',
        ...columns.map(({ labels, source }) => `${source}_${labels}_ln_squared_gradient`),
      ],
      rows: (result?.favoured.theory ?? []).map((_, i) => [
        i + 1,
        ...columns.map(({ labels, source }) => result?.[labels][source][i] ?? null),
      ]),
    };
  }

  protected override draw() {
    const { lab } = this;
    const result = lab.result('gradients');
    const { favoured, unfavoured } = result ?? {};
    return html`<div data-test="gradients" data-networks=${result?.networks ?? 0}
      data-stale=${String(lab.isStale('gradients'))}
      data-favoured-top=${favoured?.measured.at(-1) ?? nothing}
      data-unfavoured-top=${unfavoured?.measured.at(-1) ?? nothing}
      data-theory-favoured-top=${favoured?.theory.at(-1) ?? nothing}
      data-theory-unfavoured-top=${unfavoured?.theory.at(-1) ?? nothing}
      data-rate=${result ? (logRate(result.excess) ?? nothing) : nothing}
      data-theory-rate=${unfavoured ? (logRate(unfavoured.theory) ?? nothing) : nothing}
      >${this.drawCharts()}</div>`;
  }
}

define('igb-gradients', Gradients);
