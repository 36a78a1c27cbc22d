import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { EngineClient, EngineStartError, type Listener } from '../engine/client';
import type { Failure, Kind, Picture, RaceRequest, Result, ResultOf } from '../engine/protocol';
import { shareOfFirst } from '../model/contour';
import { expectedMaxFrequency, histogram, measuredMaxFrequency } from '../model/distribution';
import { type DataName, lessonsOf, planarNames, raceOf } from '../model/lessons';
import {
  defaults,
  formatQuery,
  networksOnStrip,
  type Problem,
  parseQuery,
  type State,
} from '../model/params';
import type { Point } from '../model/point';
import { requestsOf } from '../model/requests';
import { type DataIndex, fetchSample } from '../model/sample';
import { sweepAt, sweepTarget } from '../model/sweep';
import { majority, percent, sentence } from '../model/words';
import { texts } from '../text';
import './class-map';
import './controls';
import './depth-chart';
import { bins } from './histogram';
import './phase-diagram';
import './race-chart';
import { throttle } from './throttle';
import { typeset } from './typeset';

const sweepMilliseconds = 4500;
const raceWidth = 64;
const raceSteps = 1000;

/** The latest result of each kind, and the revision of the state it belongs to. */
type Results = { [K in Kind]?: { revision: number; result: ResultOf<K> } };

/** The request of a kind that was sent last. */
interface Sent {
  /** The request, to tell whether a later one differs. */
  text: string;
  revision: number;
  done: boolean;
  failure: Failure | null;
}

/** The page: keeps the state, asks the engine, shows what comes back. */
export class Demo extends LitElement {
  static override properties = {
    state: { state: true },
    problems: { state: true },
    results: { state: true },
    tiles: { state: true },
    startError: { state: true },
    sweeping: { state: true },
    announced: { state: true },
    data: { state: true },
    hasImages: { state: true },
    raceFailure: { state: true },
  };

  declare private state: State;
  declare private problems: Problem[];
  declare private results: Results;
  declare private tiles: (Picture | null)[];
  declare private startError: EngineStartError | null;
  declare private sweeping: boolean;
  /** The caption as told to screen readers, which must not hear every frame of a drag. */
  declare private announced: string;

  /** What networks learn, and whether the site has images; null while that is not known. */
  declare private data: DataName;
  declare private hasImages: boolean | null;
  declare private raceFailure: string;

  private client: EngineClient | null = null;
  private revision = 0;
  private readonly sent = new Map<Kind, Sent>();

  private readonly writeUrl = throttle((state: State) => {
    history.replaceState(null, '', formatQuery(state) || location.pathname);
  }, 300);
  private readonly announce = throttle((caption: string) => {
    this.announced = caption;
  }, 1500);

  constructor() {
    super();
    this.state = defaults();
    // The language must be right before the engine, and so the list of activations, has arrived.
    this.state = { ...this.state, lang: parseQuery(location.search, []).state.lang };
    this.problems = [];
    this.results = {};
    this.tiles = new Array<null>(networksOnStrip).fill(null);
    this.startError = null;
    this.sweeping = false;
    this.announced = '';
    this.data = 'moons';
    this.hasImages = null;
    this.raceFailure = '';
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.start();
    void this.findImages();
  }

  private async findImages(): Promise<void> {
    try {
      const response = await fetch(new URL('index.json', this.dataFolder));
      this.hasImages = ((await response.json()) as DataIndex).fashionMnist !== null;
    } catch {
      this.hasImages = false;
    }
    if (this.hasImages) this.data = 'fashion-mnist';
  }

  private get dataFolder(): string {
    return new URL('data/', document.baseURI).href;
  }

  private async start(): Promise<void> {
    try {
      this.client = await EngineClient.start(this.receive);
    } catch (error) {
      this.startError =
        error instanceof EngineStartError ? error : new EngineStartError('broken', String(error));
      return;
    }
    const { state, problems } = parseQuery(location.search, this.client.activations);
    this.problems = problems;
    this.set({ ...state, lang: this.state.lang }); // which may have been changed meanwhile
  }

  private set(patch: Partial<State>): void {
    this.state = { ...this.state, ...patch };
    if (this.client === null) return; // the address still holds the state to come
    this.writeUrl(this.state);
    for (const request of Object.values(requestsOf(this.state))) {
      const text = JSON.stringify(request);
      if (this.sent.get(request.kind)?.text === text) continue;
      this.revision += 1;
      this.sent.set(request.kind, { text, revision: this.revision, done: false, failure: null });
      this.client.request(this.revision, request);
    }
  }

  private readonly receive: Listener = (message) => {
    if (message.type === 'broken') {
      this.startError = new EngineStartError('broken', message.failure.message);
      return;
    }
    if (message.type === 'result') {
      this.keep(message.revision, message.result);
      return;
    }
    const sent = this.sent.get(message.kind);
    if (sent?.revision !== message.revision) return;
    sent.done = true;
    if (message.type === 'failed') sent.failure = message.failure;
    this.requestUpdate();
  };

  private keep(revision: number, result: Result): void {
    if (result.kind === 'strip') {
      this.tiles = this.tiles.map((tile, i) => (i === result.network ? result : tile));
    } else {
      this.results = { ...this.results, [result.kind]: { revision, result } };
    }
  }

  private isStale(kind: Kind): boolean {
    return this.results[kind]?.revision !== this.sent.get(kind)?.revision;
  }

  private get failure(): Failure | null {
    const failed = [...this.sent].find(([kind, { failure }]) => kind !== 'race' && failure);
    return failed?.[1].failure ?? null;
  }

  private get settled(): boolean {
    const shown = [...this.sent].filter(([kind]) => kind !== 'race');
    return shown.length > 0 && shown.every(([, { done }]) => done);
  }

  private move({ detail }: CustomEvent<Point>): void {
    this.sweeping = false;
    this.set(detail);
  }

  private change({ detail }: CustomEvent<Partial<State>>): void {
    this.sweeping = false;
    this.set(detail);
  }

  private newDraw(): void {
    this.set({ seed: Math.floor(Math.random() * 1_000_000) });
  }

  private reset(): void {
    this.sweeping = false;
    this.problems = [];
    this.set({ ...defaults(), lang: this.state.lang });
  }

  /** Carries the point through the edge to the other side; at once where motion is not wanted. */
  private cross(): void {
    const edge = this.results.theory?.result.edge;
    if (this.sweeping || edge == null) {
      this.sweeping = false;
      return;
    }
    const from = this.state.sigmaW2;
    const to = sweepTarget(from, edge);
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.set({ sigmaW2: to });
      return;
    }
    this.sweeping = true;
    const began = performance.now();
    const frame = (now: number) => {
      if (!this.sweeping) return;
      const share = Math.min(1, Math.max(0, (now - began) / sweepMilliseconds));
      this.set({ sigmaW2: sweepAt(from, to, share) });
      this.sweeping = share < 1;
      if (this.sweeping) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  private get racing(): boolean {
    return this.sent.get('race')?.done === false;
  }

  /** Starts a race from around the edge, or ends the one that runs. */
  private async race(): Promise<void> {
    const edge = this.results.theory?.result.edge;
    if (this.racing) return this.askForRace([], 'moons');
    if (edge == null) return;
    this.raceFailure = '';
    const { data } = this;
    if (data !== 'fashion-mnist') return this.askForRace(raceOf(edge), data);
    try {
      const sample = await fetchSample(this.dataFolder);
      if (sample) this.askForRace(raceOf(edge), lessonsOf(sample));
    } catch (error) {
      this.raceFailure = String(error);
    }
  }

  private askForRace(sigmaW2: number[], data: RaceRequest['data']): void {
    const { activation, sigmaB2, depth, seed } = this.state;
    const fixed = { kind: 'race', width: raceWidth, steps: raceSteps } as const;
    this.revision += 1;
    this.sent.set('race', { text: '', revision: this.revision, done: false, failure: null });
    const request = { ...fixed, activation, sigmaB2, sigmaW2, depth, seed, data };
    this.client?.request(this.revision, request);
    this.requestUpdate();
  }

  private get text() {
    return texts[this.state.lang];
  }

  private get caption(): string {
    const { theory, map } = this.results;
    if (this.failure) return this.text.nothingToShow;
    if (!theory || !map) return this.text.loading;
    return sentence({
      ...this.state,
      edge: theory.result.edge,
      silent: map.result.margin.every((value) => value === 0),
      shareOfA: shareOfFirst(map.result.margin),
      expected: expectedMaxFrequency(theory.result.law).mean,
    });
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('state') || !this.hasUpdated) {
      document.documentElement.lang = this.state.lang === 'zh' ? 'zh-Hans' : 'en';
      document.title = `${this.text.title} · igb`;
    }
  }

  protected override updated(): void {
    const { theory, map } = this.results;
    if (theory && map && this.caption !== this.announced) this.announce(this.caption);
    this.dataset.settled = String(this.settled);
  }

  override render() {
    const { text, state } = this;
    const otherLanguage = state.lang === 'en' ? 'zh' : 'en';
    return html`
      <header>
        <h1>${text.title}</h1>
        <button type="button" class="language" data-test="language"
          lang=${otherLanguage === 'zh' ? 'zh-Hans' : 'en'}
          @click=${() => this.set({ lang: otherLanguage })}>${text.otherLanguage}</button>
        <p class="lead">${text.lead}</p>
      </header>
      ${this.notices()}
      ${this.startError ? nothing : this.body()}
      <footer><p>${text.words}</p></footer>`;
  }

  private notices() {
    const { text, startError, failure, problems } = this;
    return html`
      ${
        startError
          ? html`<div class="notice error" role="alert" data-test="start-error">
            <p>${text[startError.reason]}</p><p><code>${startError.message}</code></p></div>`
          : nothing
      }
      ${
        failure
          ? html`<div class="notice error" role="alert" data-test="failure">
            <p>${text.failed} <code>${failure.message}</code></p></div>`
          : nothing
      }
      ${
        problems.length > 0
          ? html`<div class="notice" role="alert" data-test="url-notice">
            <p>${text.notice}</p>
            <ul>${problems.map((problem) => html`<li>${text.problem(problem)}</li>`)}</ul>
            <button type="button" @click=${() => {
              this.problems = [];
            }}>${text.dismiss}</button></div>`
          : nothing
      }`;
  }

  private body() {
    const { text, caption } = this;
    return html`
      <main>
        <div class="say">
          <p class="caption" data-test="caption">${typeset(caption)}</p>
          <button type="button" class="cross" data-test="cross"
            ?disabled=${this.results.theory?.result.edge == null} @click=${this.cross}>
            ${this.sweeping ? text.stop : text.cross}
          </button>
          <p class="hidden" aria-live="polite">${this.announced}</p>
        </div>
        ${this.phaseFigure()} ${this.mapFigure()} ${this.histogramFigure()} ${this.stripFigure()}
        ${this.depthFigure()} ${this.raceFigure()}
        <igb-controls .text=${text} .state=${this.state}
          .activations=${this.client?.activations ?? []}
          @igb-change=${this.change} @igb-new-draw=${this.newDraw} @igb-reset=${this.reset}
        ></igb-controls>
      </main>`;
  }

  private phaseFigure() {
    const { text, state, results } = this;
    return html`<figure class="phase">
      <h2>${text.phaseTitle}</h2>
      <igb-phase-diagram .text=${text} .point=${{ sigmaW2: state.sigmaW2, sigmaB2: state.sigmaB2 }}
        .phase=${results.theory?.result.fixedPoint.phase ?? ''}
        .lines=${results.lines?.result ?? null} @igb-move=${this.move}></igb-phase-diagram>
      <figcaption>${text.phaseHelp}</figcaption>
    </figure>`;
  }

  private mapFigure() {
    const { text, state } = this;
    const map = this.results.map?.result;
    const { name, share } = majority(map ? shareOfFirst(map.margin) : 0.5);
    const shown = percent(share, state.lang);
    return html`<figure class="map" data-test="map" data-majority=${map ? share : nothing}
      data-resolution=${map?.resolution ?? nothing} data-stale=${String(this.isStale('map'))}>
      <h2>${text.mapTitle}</h2>
      <igb-class-map .picture=${map ?? null} .label=${text.mapLabel(shown, name)}></igb-class-map>
      <p class="share"><span class="swatch ${name}"></span>${map ? text.mapShare(shown, name) : ''}</p>
      <figcaption>${text.mapHelp}</figcaption>
    </figure>`;
  }

  private stripFigure() {
    const { text, state } = this;
    return html`<figure class="strip" data-test="strip">
      <h2>${text.stripTitle}</h2>
      <div class="tiles">
        ${this.tiles.map(
          (tile, network) => html`<button type="button" class="tile"
            aria-label=${text.stripLabel(network)} aria-pressed=${network === state.network}
            data-majority=${tile ? majority(shareOfFirst(tile.margin)).share : nothing}
            @click=${() => this.set({ network })}
          ><igb-class-map side="72" .picture=${tile} .label=${''}></igb-class-map></button>`,
        )}
      </div>
      <figcaption>${text.stripHelp}${text.gap}${text.meaning}</figcaption>
    </figure>`;
  }

  private histogramFigure() {
    const { text } = this;
    const theory = this.results.theory?.result;
    const ensemble = this.results.ensemble?.result;
    const stale = this.isStale('ensemble');
    const bars = ensemble ? histogram(ensemble.fractions, bins) : [];
    const expected = theory ? expectedMaxFrequency(theory.law) : null;
    const measured = ensemble ? measuredMaxFrequency(ensemble.fractions) : null;
    return html`<figure class="histogram" data-test="histogram"
      data-networks=${ensemble?.fractions.length ?? 0}
      data-stale=${String(stale)}
      data-edge-mass=${ensemble ? (bars[0] ?? 0) + (bars.at(-1) ?? 0) : nothing}
      data-mean-max=${measured?.mean ?? nothing}
      data-theory-mean-max=${expected?.mean ?? nothing}
      data-theory-deviation=${expected?.deviation ?? nothing}
      data-ks-p=${ensemble?.ksPValue ?? nothing}>
      <h2>${text.histogramTitle}</h2>
      <igb-histogram .text=${text} .fractions=${ensemble?.fractions ?? null}
        .law=${theory?.law ?? null} .floor=${theory?.floor ?? null} .stale=${stale}></igb-histogram>
      <p class="legend"><span class="key measured"></span>${text.measured}
        <span class="key law"></span>${text.theory}
        <span class="key floor"></span>${text.floor}</p>
      <figcaption>${text.histogramHelp}</figcaption>
      <p class="facts" data-test="facts">${this.histogramFacts()}</p>
    </figure>`;
  }

  private histogramFacts(): string {
    const { text, state } = this;
    const theory = this.results.theory?.result;
    const ensemble = this.results.ensemble?.result;
    if (!theory || !ensemble || this.isStale('ensemble'))
      return text.networksSoFar(0, state.networks);
    const { fractions, ksDistance, ksPValue } = ensemble;
    const { mean, deviation } = measuredMaxFrequency(fractions);
    const error = deviation / Math.sqrt(fractions.length);
    return [
      text.networksSoFar(fractions.length, state.networks),
      text.maxFrequency(
        mean.toFixed(3),
        error.toFixed(3),
        expectedMaxFrequency(theory.law).mean.toFixed(3),
      ),
      text.ks(ksDistance.toFixed(3), ksPValue.toPrecision(2)),
    ].join(text.gap);
  }

  private raceFigure() {
    const { text, hasImages, racing } = this;
    const race = this.results.race?.result;
    const failure = this.raceFailure || this.sent.get('race')?.failure?.message;
    const names: DataName[] = hasImages ? ['fashion-mnist', ...planarNames] : [...planarNames];
    const edge = race?.curves[1]?.sigmaW2 ?? 1;
    const chart = (quantity: 'accuracy' | 'maxFrequency') => html`<igb-race-chart .text=${text}
      quantity=${quantity} .curves=${race?.curves ?? []} .steps=${race?.steps ?? raceSteps}
    ></igb-race-chart>`;
    return html`<figure class="race" data-test="race" data-racing=${String(racing)}
      data-step=${race?.step ?? nothing}
      data-accuracy=${race?.curves.map(({ accuracy }) => accuracy.at(-1)).join(' ') ?? nothing}
      data-bias=${race?.curves.map(({ maxFrequency }) => maxFrequency[0]).join(' ') ?? nothing}>
      <h2>${text.raceTitle}</h2>
      <p class="choices">
        <label>${text.raceData} <select data-test="race-data" @change=${(event: Event) => {
          this.data = (event.target as HTMLSelectElement).value as DataName;
        }}>${names.map(
          (name) => html`<option value=${name} ?selected=${name === this.data}
            >${text.dataNames[name]}</option>`,
        )}</select></label>
        <button type="button" data-test="race-start"
          ?disabled=${!racing && this.results.theory?.result.edge == null}
          @click=${this.race}>${racing ? text.stop : text.raceStart}</button>
        <span>${race ? text.raceStep(race.step, race.steps) : ''}</span>
      </p>
      ${hasImages === false ? html`<p class="note" data-test="no-images">${text.noImages}</p>` : nothing}
      ${failure ? html`<p class="notice error" role="alert"><code>${failure}</code></p>` : nothing}
      <div class="pair">${chart('accuracy')} ${chart('maxFrequency')}</div>
      <p class="legend">${race?.curves.map(
        (curve, i) => html`<span class="key curve-${i}"></span>${typeset('σ_w²')} =
          ${curve.sigmaW2.toFixed(2)} (${text.raceEdge((curve.sigmaW2 / edge).toFixed(2))}${
            curve.lost ? `, ${text.lost}` : ''
          })`,
      )}</p>
      <figcaption>${text.raceHelp}</figcaption>
    </figure>`;
  }

  private depthFigure() {
    const { text } = this;
    const theory = this.results.theory?.result;
    const ensemble = this.results.ensemble?.result;
    const stale = this.isStale('ensemble');
    const chart = (quantity: 'gamma' | 'c', limit: number | undefined) => html`<igb-depth-chart
      .text=${text} quantity=${quantity} .limit=${limit ?? null} .stale=${stale}
      .theory=${theory?.layers.map((layer) => layer[quantity]) ?? []}
      .measured=${ensemble?.[quantity] ?? []}></igb-depth-chart>`;
    return html`<figure class="depth" data-test="depth">
      <h2>${text.depthTitle}</h2>
      <div class="pair">
        ${chart('gamma', theory?.fixedPoint.gammaStar)} ${chart('c', theory?.fixedPoint.cStar)}
      </div>
      <figcaption>${text.depthHelp}</figcaption>
    </figure>`;
  }
}

customElements.define('igb-demo', Demo);
