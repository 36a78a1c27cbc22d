import { css, html, LitElement, type PropertyValues, unsafeCSS } from 'lit';
import uplotStyle from 'uplot/dist/uPlot.min.css?inline';
import { type Chart, readOut, stopByKey, stopsOf } from '../model/chart';
import { axisSizes } from '../model/chart-svg';
import type { Theme } from '../model/params';
import { define } from './define';
import { colourOf } from './picture';
import type { Plot } from './plot';
import { SizeController } from './size';
import { typeset } from './typeset';

const height = 188;
const narrowest = 150;

/** Letters on a canvas take time: while numbers stream in, a chart is drawn that often at most. */
const restMilliseconds = 120;

/** What draws, a third of all scripts: it comes with the first chart. */
type PlotMaker = typeof import('./plot').Plot;

/** What changes colours, besides the attribute `theme` of the figure. */
const colourQueries = ['(prefers-color-scheme: dark)', '(forced-colors: active)'];

/** A chart with a cursor, moved by pointer or arrow keys, and under it the values there, else the name
 * of the axis. Takes its colours from the figure around it. */
export class Curves extends LitElement {
  static override properties = {
    chart: { attribute: false },
    label: {},
    keys: {},
    shade: {},
    at: { state: true },
    byKeyboard: { state: true },
  };

  declare chart: Chart | null;
  /** Text alternative, a sentence. */
  declare label: string;
  /** How to read values by keyboard. */
  declare keys: string;
  declare shade: Theme;
  /** Where the cursor stands. */
  declare private at: number | null;
  declare private byKeyboard: boolean;

  private readonly size = new SizeController(this);
  private plot: Plot | null = null;
  private maker: PlotMaker | null = null;
  private drawn = 0;
  private drawnChart: Chart | null = null;

  constructor() {
    super();
    this.chart = null;
    this.label = '';
    this.keys = '';
    this.shade = 'auto';
    this.at = null;
    this.byKeyboard = false;
  }

  static override styles = [
    unsafeCSS(uplotStyle),
    css`
      :host { display: block; min-width: 0; touch-action: pan-y; }
      .name { margin: 0 0 0.1rem; font-size: 0.82rem; line-height: 1.3; color: var(--ink); }
      .plot { position: relative; border-radius: 4px; cursor: crosshair; height: ${height}px; overflow: hidden; }
      .plot:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
      .u-over { touch-action: pan-y; }
      .u-cursor-x { border-right: 1px dashed var(--ink-soft) !important; }
      output { display: block; min-height: 2.6em; font-size: 0.8rem; line-height: 1.3; color: var(--ink); font-variant-numeric: tabular-nums; }
      output.idle { text-align: center; padding-left: ${axisSizes.left}px; }
      sub { line-height: 0; font-size: 0.7em; }
      .symbol { white-space: nowrap; }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    for (const query of colourQueries) matchMedia(query).addEventListener('change', this.repaint);
    if (this.hasUpdated) this.requestUpdate();
    void this.loadMaker();
  }

  private async loadMaker(): Promise<void> {
    this.maker = (await import('./plot')).Plot;
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const query of colourQueries)
      matchMedia(query).removeEventListener('change', this.repaint);
    this.endPlot();
  }

  private readonly repaint = (): void => {
    this.endPlot();
    this.requestUpdate();
  };

  private endPlot(): void {
    this.plot?.end();
    this.plot = null;
  }

  override render() {
    const { chart, at } = this;
    const there = chart !== null && at !== null && stopsOf(chart).includes(at);
    return html`<p class="name">${typeset(chart?.y.label ?? '')}</p>
      <div class="plot" part="plot" tabindex="0" role="application"
        aria-label="${chart?.y.label}: ${this.keys}"
        @keydown=${this.onKey} @pointermove=${this.onPointer} @pointerdown=${this.onPointer}
        @pointerleave=${this.onLeave}></div>
      <output part="values" data-test="values" aria-live=${this.byKeyboard ? 'polite' : 'off'}
        class=${there ? '' : 'idle'}>${typeset(there ? readOut(chart, at) : (chart?.x.label ?? ''))}</output>`;
  }

  protected override async scheduleUpdate(): Promise<void> {
    const rest = this.drawn + restMilliseconds - performance.now();
    if (this.plot && this.chart !== this.drawnChart && rest > 0)
      await new Promise((resolve) => setTimeout(resolve, rest));
    super.scheduleUpdate();
    this.drawn = performance.now();
    this.drawnChart = this.chart;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('shade')) this.endPlot();
    const { chart } = this;
    const { maker } = this;
    if (chart === null || maker === null || this.size.width === 0) return;
    const width = Math.max(narrowest, this.size.width);
    if (this.plot && changed.has('chart') && !this.plot.show(chart)) this.endPlot();
    this.plot ??= this.newPlot(maker, chart, width);
    this.plot.width = width;
    this.plot.label = this.label;
    this.plot.pointAt(this.at);
  }

  private newPlot(maker: PlotMaker, chart: Chart, width: number): Plot {
    const known = new Map<string, string>();
    const paper = {
      width,
      height,
      font: getComputedStyle(this).fontFamily,
      colourOf: (property: string) => {
        const colour = known.get(property) ?? colourOf(this, property);
        known.set(property, colour);
        return colour;
      },
    };
    return new maker(chart, paper, this.renderRoot.querySelector('.plot') as HTMLElement);
  }

  private onKey(event: KeyboardEvent): void {
    if (!this.chart || event.ctrlKey || event.altKey || event.metaKey) return;
    const stop = stopByKey(event.key, stopsOf(this.chart), this.at);
    if (stop === undefined) return;
    event.preventDefault();
    this.byKeyboard = true;
    this.at = stop;
  }

  private onPointer(event: PointerEvent): void {
    this.byKeyboard = false;
    this.at = this.plot?.stopNear(event.clientX) ?? null;
  }

  /** A finger that is lifted leaves the values to be read. */
  private onLeave(event: PointerEvent): void {
    if (event.pointerType !== 'touch') this.at = null;
  }
}

define('igb-curves', Curves);
