import { css, html, nothing } from 'lit';
import type { Kind } from '../engine/protocol';
import { Figure } from '../lab/figure';
import { raceSteps } from '../lab/lab';
import { type DataName, parameters, planarNames } from '../model/params';
import type { Table } from '../model/take-away';
import { define } from '../parts/define';
import { colourOf, standalone } from '../parts/picture';
import '../parts/race-chart';
import { typeset } from '../parts/typeset';

/** Four networks of one draw that learn side by side, from around the edge of chaos. */
export class Race extends Figure {
  protected readonly kinds = ['theory'] as const;

  static override styles = [
    ...Figure.styles,
    css`
      .choices { display: flex; flex-wrap: wrap; gap: 0.75rem 1.25rem; align-items: center; margin: 0 0 0.5rem; }
      .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); gap: 1rem 1.5rem; }
      .key.curve-0 { border-top: 2.5px solid var(--class-a); }
      .key.curve-1 { border-top: 3px solid var(--edge); }
      .key.curve-2 { border-top: 2.5px dashed var(--neutrality); }
      .key.curve-3 { border-top: 2.5px dotted var(--class-b); }
    `,
  ];

  protected get heading(): string {
    return this.text.raceTitle;
  }

  protected get help(): string {
    return this.text.raceHelp;
  }

  protected get sentence(): string {
    const race = this.lab.result('race');
    return race ? this.text.raceStep(race.step, race.steps) : '';
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

  override async picture(): Promise<string> {
    const svg = this.renderRoot
      .querySelector('igb-race-chart')
      ?.shadowRoot?.querySelector('svg') as SVGSVGElement;
    return standalone(svg, this.sentence, colourOf(this, '--page'));
  }

  protected override draw() {
    const { text, lab } = this;
    const { racing } = lab;
    const race = lab.result('race');
    const failure = lab.failureOf('race');
    const names: readonly DataName[] =
      lab.sample === 'missing' ? planarNames : parameters.data.choices;
    const edge = race?.curves[1]?.sigmaW2 ?? 1;
    const chart = (quantity: 'accuracy' | 'maxFrequency') => html`<igb-race-chart .text=${text}
      quantity=${quantity} .curves=${race?.curves ?? []} .steps=${race?.steps ?? raceSteps}
    ></igb-race-chart>`;
    return html`<div data-test="race" data-racing=${String(racing)}
      data-step=${race?.step ?? nothing}
      data-accuracy=${race?.curves.map(({ accuracy }) => accuracy.at(-1)).join(' ') ?? nothing}
      data-bias=${race?.curves.map(({ maxFrequency }) => maxFrequency[0]).join(' ') ?? nothing}>
      <p class="choices">
        <label>${text.raceData} <select data-test="race-data" @change=${(event: Event) =>
          lab.set({ data: (event.target as HTMLSelectElement).value as DataName })}>${names.map(
          (name) => html`<option value=${name} ?selected=${name === lab.state.data}
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
      <div class="pair">${chart('accuracy')} ${chart('maxFrequency')}</div>
      <ul class="legend">${race?.curves.map(
        (curve, i) => html`<li><span class="key curve-${i}"></span>${typeset('σ_w²')} =
          ${curve.sigmaW2.toFixed(2)} (${text.raceEdge((curve.sigmaW2 / edge).toFixed(2))}${
            curve.lost ? `, ${text.lost}` : ''
          })</li>`,
      )}</ul>
    </div>`;
  }
}

define('igb-race', Race);
