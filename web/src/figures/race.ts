import { css, html, nothing } from 'lit';
import type { Kind } from '../engine/protocol';
import { CurveFigure } from '../lab/curve-figure';
import { raceSteps } from '../lab/lab';
import type { Chart } from '../model/chart';
import { multipleOfEdge, raceCharts } from '../model/curve-charts';
import { raceSentence } from '../model/curve-words';
import { dataAtHand } from '../model/lessons';
import { type DataName, parameters, planarNames, type State } from '../model/params';
import type { Table } from '../model/take-away';
import { define } from '../parts/define';
import { sentences } from '../text/sentences';

/** Four networks of one draw that learn side by side, from around the edge of chaos. */
export class Race extends CurveFigure {
  protected readonly kinds = ['theory'] as const;

  static override styles = [
    ...CurveFigure.styles,
    css`
      .choices { display: flex; flex-wrap: wrap; gap: 0.75rem 1.25rem; align-items: center; margin: 0 0 0.5rem; }
    `,
  ];

  protected get heading(): string {
    return this.text.raceTitle;
  }

  protected get help(): string {
    return this.text.raceHelp;
  }

  override get shownState(): State {
    return { ...this.lab.state, ...this.lab.raced };
  }

  protected get sentence(): string {
    const { lab } = this;
    const race = lab.result('race');
    if (!race) return '';
    const { step, steps, curves } = race;
    return raceSentence(lab.state.lang, {
      ...{ step, steps },
      networks: curves.map((curve) => ({
        multiple: multipleOfEdge(curves, curve),
        accuracy: curve.accuracy.at(-1) ?? Number.NaN,
        firstShare: curve.maxFrequency[0] ?? Number.NaN,
        share: curve.maxFrequency.at(-1) ?? Number.NaN,
        lost: curve.lost,
      })),
    });
  }

  protected get charts(): Chart[] {
    const { lab } = this;
    const { curves = [], steps = raceSteps } = lab.result('race') ?? {};
    return raceCharts(lab.state.lang, curves, steps);
  }

  protected labelOf({ y }: Chart): string {
    return `${this.words.raceLabel(y.label)}${sentences[this.lab.state.lang].gap}${this.sentence}`;
  }

  protected get ready(): boolean {
    return this.lab.result('theory') !== null;
  }

  protected override shows(kind: Kind): boolean {
    return kind === 'race' || super.shows(kind);
  }

  protected override show(visible: boolean): void {
    super.show(visible);
    if (visible) void this.lab.needSample();
  }

  override table(): Table {
    const curves = this.lab.result('race')?.curves ?? [];
    return {
      columns: ['sigma_w2', 'step', 'accuracy', 'max_frequency'],
      rows: curves.flatMap(({ sigmaW2, steps, accuracy, maxFrequency }) =>
        steps.map((step, i) => [sigmaW2, step, accuracy[i] ?? null, maxFrequency[i] ?? null]),
      ),
    };
  }

  protected override draw() {
    const { text, lab } = this;
    const { racing } = lab;
    const data = dataAtHand(lab.state.data, lab.sample);
    const race = lab.result('race');
    const failure = lab.failureOf('race');
    const names: readonly DataName[] =
      lab.sample === 'missing' ? planarNames : parameters.data.choices;
    return html`<div data-test="race" data-racing=${String(racing)}
      data-step=${race?.step ?? nothing}
      data-series=${this.charts.reduce((sum, { series }) => sum + series.length, 0)}
      data-accuracy=${race?.curves.map(({ accuracy }) => accuracy.at(-1)).join(' ') ?? nothing}
      data-bias=${race?.curves.map(({ maxFrequency }) => maxFrequency[0]).join(' ') ?? nothing}>
      <p class="choices">
        <label>${text.raceData} <select data-test="race-data" @change=${(event: Event) =>
          lab.set({ data: (event.target as HTMLSelectElement).value as DataName })}>${names.map(
          (name) => html`<option value=${name} .selected=${name === data}
            >${text.dataNames[name]}</option>`,
        )}</select></label>
        <button type="button" data-test="race-start"
          ?disabled=${!racing && lab.result('theory')?.edge == null}
          @click=${() => (racing ? lab.stopRace() : lab.startRace())}
          >${racing ? text.stop : text.raceStart}</button>
      </p>
      ${
        lab.sample === 'missing'
          ? html`<p class="note" data-test="no-images">${text.noImages}</p>`
          : nothing
      }
      ${failure ? html`<p class="notice error" role="alert"><code>${failure.message}</code></p>` : nothing}
      ${this.drawCharts()}
    </div>`;
  }
}

define('igb-race', Race);
