import { css, html, nothing, svg } from 'lit';
import { Figure } from '../lab/figure';
import {
  type CsvProblem,
  factsOf,
  largest,
  mostBytes,
  mostOfGroups,
  type OwnFacts,
  readOutputs,
} from '../model/own-network';
import { clamp, parameters } from '../model/params';
import { linearScale, niceAbove, ticks } from '../model/scales';
import type { Table } from '../model/take-away';
import { percent } from '../model/words';
import { bottomAxis, type Frame, frame, leftAxis } from '../parts/axes';
import { define } from '../parts/define';
import { colourOf, standalone } from '../parts/picture';
import { SizeController } from '../parts/size';
import { words } from '../text/own-network';
import { sentences } from '../text/sentences';

const { step } = parameters.sigmaW2;

const percents = (value: number) => `${Number((100 * value).toFixed(1))} %`;

/** Outputs of the reader's own network, from a file that stays here: its guesses, its gamma, and which
 * networks of the diagram lean alike. */
export class OwnNetwork extends Figure {
  static override properties = {
    ...Figure.properties,
    problem: { state: true },
    over: { state: true },
  };

  protected readonly kinds = ['placement'] as const;

  declare private problem: CsvProblem | null;
  /** A file hovers over the figure. */
  declare private over: boolean;

  private readonly size = new SizeController(this);

  constructor() {
    super();
    this.problem = null;
    this.over = false;
  }

  static override styles = [
    ...Figure.styles,
    css`
      .drop { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; padding: 0.8rem 1rem;
        border: 2px dashed var(--rule); border-radius: 8px; }
      .drop.over { border-color: var(--focus); }
      label { display: grid; gap: 0.25rem; font-weight: 600; }
      input { max-width: 100%; font-weight: 400; }
      .bar { fill: var(--class-a); }
    `,
  ];

  private get say() {
    return words[this.lab.state.lang];
  }

  protected get heading(): string {
    return this.say.title;
  }

  protected get help(): string {
    return this.say.help;
  }

  protected get ready(): boolean {
    return true;
  }

  protected get sentence(): string {
    const facts = this.lab.own;
    if (!facts) return '';
    const { say } = this;
    const { lang, activation, depth, sigmaB2 } = this.lab.state;
    const best = facts.g.indexOf(facts.maxFrequency);
    const said = [
      say.facts(facts.inputs, facts.classes, percent(facts.maxFrequency, lang), best + 1),
      this.driftSentence(facts),
    ];
    const placed = this.lab.isStale('placement') ? null : this.lab.result('placement');
    if (placed) {
      // Expected is for inputs without end: with few of them, chance alone does more.
      if (placed.expected > placed.floor)
        said.push(say.expected(percents(placed.expected), percents(placed.floor)));
      said.push(
        placed.sigmaW2 === null
          ? say.unlike(activation, depth)
          : say.like(activation, depth, sigmaB2, placed.sigmaW2.toPrecision(3)),
      );
    }
    return said.join(sentences[lang].gap);
  }

  private driftSentence({ gamma, relativeError }: OwnFacts): string {
    if (Number.isNaN(gamma)) return this.say.silent;
    return gamma > 0 ? this.gammaSentence(gamma, relativeError) : this.say.noDrift;
  }

  private gammaSentence(gamma: number, error: number): string {
    const shown = (value: number) => (Number.isFinite(value) ? value.toPrecision(2) : '∞');
    const low = gamma / (1 + 2 * error);
    const high = error < 0.5 ? gamma / (1 - 2 * error) : Number.POSITIVE_INFINITY;
    return this.say.gamma(shown(gamma), shown(low), shown(high));
  }

  override table(): Table {
    return {
      columns: ['class', 'share'],
      rows: (this.lab.own?.g ?? []).map((share, k) => [k + 1, share]),
    };
  }

  override async picture(): Promise<string> {
    const drawn = this.renderRoot.querySelector<SVGSVGElement>('svg.plot');
    if (!drawn) throw new Error(this.text.nothingToShow);
    return standalone(drawn, this.sentence, colourOf(this, '--page'));
  }

  /** What is shown is the file's, whatever the state. */
  override checkCurrent(): void {}

  private async read(file: File | undefined): Promise<void> {
    if (!file) return;
    if (file.size > mostBytes) {
      this.problem = { kind: 'large', bytes: file.size, most: mostBytes };
      return;
    }
    const outputs = await file
      .text()
      .then(readOutputs)
      .catch(({ message }: Error) => ({ kind: 'unreadable', message }) as const);
    this.problem = 'kind' in outputs ? outputs : null;
    if (!('kind' in outputs)) this.lab.showOwn(factsOf(outputs));
  }

  private drop(event: DragEvent): void {
    event.preventDefault();
    this.over = false;
    void this.read(event.dataTransfer?.files[0]);
  }

  protected override draw() {
    const { say, lab, problem } = this;
    const found = lab.isStale('placement') ? null : lab.result('placement')?.sigmaW2;
    const near = found != null && Math.abs(clamp('sigmaW2', found) - found) <= step;
    const place = near ? found : null;
    return html`<div class="drop ${this.over ? 'over' : ''}" data-test="own-network"
        data-gamma=${lab.own?.gamma ?? nothing}
        @dragover=${(event: DragEvent) => {
          event.preventDefault();
          this.over = true;
        }} @dragleave=${() => {
          this.over = false;
        }} @drop=${this.drop}>
        <label>${say.choose} <input type="file" accept=".csv,.tsv,.txt,text/*"
          @click=${(event: Event) => {
            (event.target as HTMLInputElement).value = ''; // the same file may have changed
          }}
          @change=${(event: Event) => this.read((event.target as HTMLInputElement).files?.[0])} /></label>
        <span>${say.drop}</span>
        ${
          place == null
            ? nothing
            : html`<button type="button" data-test="own-show"
              @click=${() => lab.set({ sigmaW2: clamp('sigmaW2', place) })}>${say.show}</button>`
        }
      </div>
      ${problem ? html`<p class="notice error" role="alert" data-test="own-problem">${say.problem(problem)}</p>` : nothing}
      ${lab.own ? this.bars(lab.own.g) : nothing}`;
  }

  private bars(shares: readonly number[]) {
    const width = Math.max(220, this.size.width);
    const area: Frame = { left: 44, top: 24, right: width - 8, bottom: 178 };
    const shown = mostOfGroups(shares);
    const top = Math.min(1, niceAbove(largest(shares)));
    const x = linearScale([0.5, shares.length + 0.5], [area.left, area.right]);
    const y = linearScale([0, top], [area.bottom, area.top]);
    const bar = Math.max(1, 0.8 * (x.toPixel(2) - x.toPixel(1)));
    return html`<svg class="plot" part="plot" width="100%" height=${area.bottom + 24} role="img"
      aria-label=${this.sentence}>
      ${frame(area)}
      ${leftAxis(area, { scale: y, ticks: ticks(0, top, 4), label: this.say.bars, format: percents })}
      ${shown.map(
        ({ share, k }) => svg`<rect class="bar" x=${x.toPixel(k + 1) - bar / 2} width=${bar}
        y=${y.toPixel(share)} height=${y.toPixel(0) - y.toPixel(share)} />`,
      )}
      ${bottomAxis(area, {
        scale: x,
        ticks: ticks(1, shares.length, 10).filter(Number.isInteger),
        label: '',
      })}
    </svg>`;
  }
}

define('igb-own-network', OwnNetwork);
