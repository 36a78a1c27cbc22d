import { css, html, nothing, svg } from 'lit';
import { factsOf } from '../lab/facts';
import { Figure } from '../lab/figure';
import {
  binLaw,
  binOf,
  expectedMaxFrequency,
  histogram,
  measuredMaxFrequency,
} from '../model/distribution';
import { ofBin } from '../model/read-out';
import { linearScale, niceAbove, type Scale, ticks } from '../model/scales';
import { simulateCommand, type Table } from '../model/take-away';
import { words } from '../model/words';
import { bottomAxis, type Frame, frame, leftAxis } from '../parts/axes';
import { define } from '../parts/define';
import { colourOf, standalone } from '../parts/picture';
import { SizeController } from '../parts/size';
import { sentences } from '../text/sentences';

const bins = 20;

function areaOf(width: number): Frame {
  return { left: 44, top: 24, right: width - 8, bottom: 218 };
}

/** G_0 over many networks, and the law that theory gives for it. */
export class Histogram extends Figure {
  protected readonly kinds = ['theory', 'ensemble'] as const;

  private readonly size = new SizeController(this);
  /** What the mouse or the keys point at. */
  private bin: number | null = null;
  /** Screen readers hear of it when keys choose it, not at every move of a mouse. */
  private byKeys = false;

  static override styles = [
    ...Figure.styles,
    css`
      .stale .bar { opacity: 0.35; }
      .chosen { stroke: var(--ink); stroke-width: 2; }
      .law { fill: none; stroke: var(--ink); stroke-width: 2.25; stroke-linejoin: round; }
      .floor { fill: none; stroke: var(--ink-soft); stroke-width: 1.25; stroke-dasharray: 3 3; }
      .key.measured { height: 0.8rem; background: linear-gradient(90deg, var(--class-b), var(--class-a)); }
      .key.of-law { border-top: 2.5px solid var(--ink); }
      .key.of-floor { border-top: 1.5px dashed var(--ink-soft); }
    `,
  ];

  override get command(): string {
    return simulateCommand(this.lab.state);
  }

  protected get heading(): string {
    return this.text.histogramTitle;
  }

  protected get help(): string {
    return this.text.histogramHelp;
  }

  protected get ready(): boolean {
    return this.lab.result('theory') !== null;
  }

  protected get sentence(): string {
    return words(factsOf(this.lab)).histogram;
  }

  override table(): Table {
    const fractions = this.lab.result('ensemble')?.fractions ?? [];
    return {
      columns: ['network', 'g0'],
      rows: Array.from(fractions, (share, network) => [network, share]),
    };
  }

  override async picture(): Promise<string> {
    const drawn = this.renderRoot.querySelector<SVGSVGElement>('svg.plot');
    if (!drawn) throw new Error(this.text.nothingToShow);
    return standalone(drawn, this.sentence, colourOf(this, '--page'));
  }

  protected override draw() {
    const { text, lab } = this;
    const theory = lab.result('theory');
    const ensemble = lab.result('ensemble');
    const stale = lab.isStale('ensemble');
    const width = Math.max(220, this.size.width);
    const area = areaOf(width);
    const bars = ensemble ? histogram(ensemble.fractions, bins) : [];
    const law = theory ? binLaw(theory.law, bins) : [];
    const floor = theory ? binLaw(theory.floor, bins) : [];
    const top = Math.min(1, niceAbove(1.02 * Math.max(0.1, ...bars, ...law)));
    const x = linearScale([0, 1], [area.left, area.right]);
    const y = linearScale([0, top], [area.bottom, area.top]);
    const percent = (value: number) => `${Number((100 * value).toFixed(1))} %`;
    const expected = theory ? expectedMaxFrequency(theory.law) : null;
    const measured = ensemble ? measuredMaxFrequency(ensemble.fractions) : null;
    return html`<div data-test="histogram"
        data-networks=${ensemble?.fractions.length ?? 0}
        data-stale=${String(stale)}
        data-edge-mass=${ensemble ? (bars[0] ?? 0) + (bars.at(-1) ?? 0) : nothing}
        data-mean-max=${measured?.mean ?? nothing}
        data-theory-mean-max=${expected?.mean ?? nothing}
        data-theory-deviation=${expected?.deviation ?? nothing}
        data-ks-p=${ensemble?.ksPValue ?? nothing}>
      <div tabindex="0" role="application" aria-label=${sentences[lab.state.lang].histogramKeys}
        @pointermove=${this.onPoint} @pointerdown=${this.onPoint} @pointerleave=${this.onLeave}
        @keydown=${this.onKey} @blur=${this.onLeave}>
      <svg part="plot" width="100%" height=${area.bottom + 40} role="img"
        aria-label=${this.sentence} class="plot ${stale ? 'stale' : ''}">
      <clipPath id="plot"><rect x=${area.left - 2} y=${area.top - 2}
        width=${area.right - area.left + 4} height=${area.bottom - area.top + 4} /></clipPath>
      ${frame(area)}
      ${leftAxis(area, { scale: y, ticks: ticks(0, top, 4), label: text.histogramShare, format: percent })}
      ${bottomAxis(area, { scale: x, ticks: ticks(0, 1, 5), label: text.histogramAxis })}
      ${bars.map((share, bin) => this.bar(share, bin, x, y))}
      ${this.steps('floor', floor, x, y)}
      ${this.steps('law', law, x, y)}
    </svg></div>
    <ul class="legend"><li><span class="key measured"></span>${text.measured}</li>
      <li><span class="key of-law"></span>${text.theory}</li>
      <li><span class="key of-floor"></span>${text.floor}</li></ul>
    <output class="read-out" part="read-out" aria-live=${this.byKeys ? 'polite' : 'off'}
      data-test="histogram-read-out">${this.readOut(stale ? [] : bars, law)}</output></div>`;
  }

  private bar(share: number, bin: number, x: Scale, y: Scale) {
    const left = x.toPixel(bin / bins);
    const mix = Math.round((100 * (bin + 0.5)) / bins);
    return svg`<rect class="bar ${bin === this.bin ? 'chosen' : ''}" x=${left + 1} width=${x.toPixel((bin + 1) / bins) - left - 2}
      y=${y.toPixel(share)} height=${y.toPixel(0) - y.toPixel(share)}
      fill="color-mix(in oklab, var(--class-a) ${mix}%, var(--class-b))" />`;
  }

  private readOut(bars: number[], law: number[]): string {
    const { bin } = this;
    if (bin === null) return '';
    return ofBin(this.lab.state.lang, bin, bins, bars[bin] ?? null, law[bin] ?? null);
  }

  private choose(bin: number | null, byKeys: boolean): void {
    this.bin = bin;
    this.byKeys = byKeys;
    this.requestUpdate();
  }

  private onPoint(event: PointerEvent): void {
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    const area = areaOf(width);
    const share = (event.clientX - left - area.left) / (area.right - area.left);
    this.choose(share < 0 || share > 1 ? null : binOf(share, bins), false);
  }

  private onLeave(): void {
    this.choose(null, false);
  }

  private onKey(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = this.bin === null ? 0 : this.bin + step;
    this.choose(Math.min(bins - 1, Math.max(0, next)), true);
  }

  private steps(kind: string, chances: number[], x: Scale, y: Scale) {
    if (chances.length === 0) return nothing;
    const path = chances.map((chance, bin) => {
      const [left, right] = [x.toPixel(bin / bins), x.toPixel((bin + 1) / bins)];
      return `${bin === 0 ? 'M' : 'L'}${left} ${y.toPixel(chance)}L${right} ${y.toPixel(chance)}`;
    });
    return svg`<path class=${kind} clip-path="url(#plot)" d=${path.join('')} />`;
  }
}

define('igb-histogram', Histogram);
