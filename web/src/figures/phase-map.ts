import { css, html, nothing, svg } from 'lit';
import type { IsoGammaResult, Line, LinesResult } from '../engine/protocol';
import { factsOf } from '../lab/facts';
import { Figure } from '../lab/figure';
import { gammaAt, legend, paintIsoGamma } from '../model/iso-gamma';
import { type Box, shiftInside, shiftLeft } from '../model/labels';
import { clamp, parameters } from '../model/params';
import { moveByKey, type Point } from '../model/point';
import { heightOf, ofPoint } from '../model/read-out';
import { linearScale, type Scale, ticks } from '../model/scales';
import { linesCommand, type Table } from '../model/take-away';
import { words } from '../model/words';
import { bottomAxis, type Frame, frame, leftAxis, pathThrough } from '../parts/axes';
import { define } from '../parts/define';
import { colourOf, standalone } from '../parts/picture';
import { SizeController } from '../parts/size';
import { typeset, typesetSvg } from '../parts/typeset';

const { min: wMin, max: wMax } = parameters.sigmaW2;
/** Pixels of the image of gamma, each way. */
const gammaSide = 256;

const { min: bMin, max: bMax } = parameters.sigmaB2;

function boxOf(element: SVGGraphicsElement): Box {
  const { x, y, width, height } = element.getBBox();
  return { left: x, right: x + width, top: y, bottom: y + height };
}

/** The (sigma_b2, sigma_w2) plane with gamma at infinite depth in colours, its critical lines and the
 * point one drags. The custom property --height-ratio sets its shape. */
export class PhaseMap extends Figure {
  protected override readonly pace = 0;
  protected readonly kinds = ['theory', 'lines', 'isoGamma'] as const;

  private readonly size = new SizeController(this);
  private ratioOf = { width: -1, ratio: 1 };
  /** What the names were placed for. */
  private placed: unknown[] = [];
  private painted: IsoGammaResult | null = null;
  /** The drag under way: its pointer, and where that lies from the point, in pixels. */
  private drag: { pointer: number; right: number; down: number } | null = null;
  /** What a mouse points at while it drags nothing. */
  private pointed: Point | null = null;

  static override styles = [
    ...Figure.styles,
    css`
      :host { touch-action: pan-y; user-select: none; -webkit-user-select: none; }
      .surface { cursor: crosshair; }
      :host { --height-ratio: 1; }
      .sample { display: inline-block; vertical-align: middle; }
      .pale { opacity: 0.3; }
      .edge { fill: none; stroke: var(--edge); stroke-width: 3; }
      .neutrality { fill: none; stroke: var(--neutrality); stroke-width: 2.5; stroke-dasharray: 7 4; }
      .region { paint-order: stroke; stroke: var(--plot); stroke-width: 3px; stroke-linejoin: round; font-size: 13px; fill: var(--ink-soft); text-anchor: middle; pointer-events: none; }
      .line-name { font-size: 12.5px; font-weight: 600; text-anchor: end; pointer-events: none;
        paint-order: stroke; stroke: var(--plot); stroke-width: 4px; stroke-linejoin: round; }
      .line-name.of-edge { fill: var(--edge); }
      .line-name.of-neutrality { fill: var(--neutrality); }
      .guide { stroke: var(--ink); stroke-opacity: 0.25; stroke-dasharray: 2 3; pointer-events: none; }
      .handle { cursor: grab; touch-action: none; outline: none; }
      .handle.dragging { cursor: grabbing; }
      .handle .target { fill: transparent; }
      .handle .dot { fill: var(--ink); stroke: var(--page); stroke-width: 3; }
      .handle .ring { fill: none; stroke: var(--ink); stroke-opacity: 0.35; stroke-width: 1.5; }
      .handle:focus-visible .ring { stroke: var(--focus); stroke-opacity: 1; stroke-width: 3; }
    `,
  ];

  /** Height of the drawing over its width; read anew where the width has changed only, since reading
   * styles is slow. */
  private ratio(): number {
    if (this.ratioOf.width !== this.size.width) {
      const shape = getComputedStyle(this).getPropertyValue('--height-ratio');
      this.ratioOf = { width: this.size.width, ratio: Number(shape) || 1 };
    }
    return this.ratioOf.ratio;
  }

  private area(): Frame {
    const width = Math.max(220, this.size.width);
    return {
      left: 30,
      top: 24,
      right: width - 8,
      bottom: this.ratio() * width - 42,
    };
  }

  private scales(): { x: Scale; y: Scale } {
    const { left, right, top, bottom } = this.area();
    return {
      x: linearScale([bMin, bMax], [left, right]),
      y: linearScale([0, wMax], [bottom, top]),
    };
  }

  private get lines(): LinesResult | null {
    return this.lab.result('lines');
  }

  /** Whether lines, or gamma in colours, are those of another activation. */
  private isPale(result: { activation: string } | null): boolean {
    return result !== null && result.activation !== this.lab.state.activation;
  }

  override get command(): string {
    return linesCommand(this.lab.state);
  }

  protected get heading(): string {
    return this.text.phaseTitle;
  }

  protected get help(): string {
    return this.text.phaseHelp;
  }

  protected get sentence(): string {
    return words(factsOf(this.lab)).phaseMap;
  }

  /** The point under the mouse; else the one of the lab, whose gamma theory knows exactly. */
  private get readOut(): string {
    const { lab, lines, pointed } = this;
    const { lang } = lab.state;
    if (pointed) {
      const iso = lab.result('isoGamma');
      const gamma = iso && !this.isPale(iso) ? gammaAt(iso, pointed) : null;
      const edge = lines && !this.isPale(lines) ? heightOf(lines.edge, pointed.sigmaB2) : null;
      return ofPoint(lang, pointed, gamma, edge);
    }
    const theory = lab.result('theory');
    return ofPoint(lang, lab.state, theory?.fixedPoint.gammaStar ?? null, theory?.edge ?? null);
  }

  protected get ready(): boolean {
    return this.lines !== null;
  }

  /** The name of the phase at the point. */
  private get phase(): string {
    const phase = this.lab.result('theory')?.fixedPoint.phase ?? '';
    return this.text.phases[phase] ?? phase;
  }

  override table(): Table {
    const { edge = [], neutrality = [] } = this.lines ?? {};
    return {
      columns: ['sigma_b2', 'eoc_sigma_w2', 'gamma_1_sigma_w2'],
      rows: edge.map(({ sigmaB2, sigmaW2 }, i) => [
        sigmaB2,
        sigmaW2,
        neutrality[i]?.sigmaW2 ?? null,
      ]),
    };
  }

  override async picture(): Promise<string> {
    const svg = this.renderRoot.querySelector<SVGSVGElement>('svg.plot');
    if (!svg) throw new Error(this.text.nothingToShow);
    return standalone(svg, this.sentence, colourOf(this, '--page'));
  }

  protected override draw() {
    const area = this.area();
    const { x, y } = this.scales();
    return html`
      <svg class="plot" part="plot" width="100%" height=${area.bottom + 42}
        @pointerdown=${this.onDown} @pointermove=${this.onMove}
        @pointerup=${this.onUp} @pointercancel=${this.onUp}
        @lostpointercapture=${this.onUp} @pointerleave=${this.onLeave}
        @click=${this.onClick}>
        <clipPath id="plot"><rect x=${area.left} y=${area.top}
          width=${area.right - area.left} height=${area.bottom - area.top} /></clipPath>
        <g class="surface">${frame(area)}</g>
        ${this.regions(area, x, y)}
        ${leftAxis(area, { scale: y, ticks: ticks(0, wMax, 6), label: this.text.sigmaW2Axis })}
        ${bottomAxis(area, { scale: x, ticks: ticks(bMin, bMax, 4), label: this.text.sigmaB2Axis })}
        ${this.curves(x, y)}
        ${this.handle(area, x, y)}
      </svg>
      <ul class="legend" aria-hidden="true"><li>γ</li>${legend.map(
        ({ gamma, colour }) => html`<li><svg class="sample" width="16" height="12"><rect width="16"
          height="12" fill=${colour} /></svg> ${gamma}</li>`,
      )}</ul>
      <output class="read-out" part="read-out" aria-live="off" data-test="phase-read-out"
        >${typeset(this.readOut)}</output>
      ${this.notes().map((note) => html`<p class="note">${note}</p>`)}`;
  }

  protected override updated(): void {
    const placed = [this.lines, this.size.width, this.lab.state.lang];
    if (placed.some((value, i) => value !== this.placed[i])) this.placeNames();
    this.placed = placed;
    this.paintGamma();
  }

  /** Gamma as an image behind the lines. */
  private paintGamma(): void {
    const iso = this.lab.result('isoGamma');
    const image = this.renderRoot.querySelector('image');
    if (!iso || !image || iso === this.painted) return;
    this.painted = iso;
    const canvas = document.createElement('canvas');
    canvas.width = gammaSide;
    canvas.height = gammaSide;
    const context = canvas.getContext('2d');
    if (!context) return;
    const pixels = context.createImageData(gammaSide, gammaSide);
    paintIsoGamma(iso, gammaSide, new Uint32Array(pixels.data.buffer));
    context.putImageData(pixels, 0, 0);
    image.setAttribute('href', canvas.toDataURL());
  }

  /** The names of the lines end beside the ends of these, or begin at the left end of the plot
   * where that is too near; those of the regions give way, and vanish where they cannot. */
  private placeNames(): void {
    const all = (selector: string) => [
      ...this.renderRoot.querySelectorAll<SVGTextElement>(selector),
    ];
    const taken: Box[] = [];
    const limit = this.area().left + 4;
    const place = (name: SVGTextElement, box: Box, shift: number) => {
      name.setAttribute('transform', `translate(${shift})`);
      taken.push({ ...box, left: box.left + shift, right: box.right + shift });
    };
    for (const name of all('.line-name')) {
      const box = boxOf(name);
      place(name, box, shiftInside(box, limit));
    }
    for (const name of all('.region')) {
      const box = boxOf(name);
      const shift = shiftLeft(box, taken, limit);
      name.setAttribute('visibility', shift === null ? 'hidden' : 'visible');
      if (shift !== null) place(name, box, shift);
    }
  }

  /** Gamma in colours, and the names of the regions. */
  private regions(area: Frame, x: Scale, y: Scale) {
    const pale = this.isPale(this.lab.result('isoGamma')) ? 'pale' : '';
    return svg`<image class="gamma ${pale}" x=${area.left} y=${y.toPixel(wMax)} preserveAspectRatio="none"
        width=${area.right - area.left} height=${y.toPixel(wMin) - y.toPixel(wMax)}
        pointer-events="none" />
      ${this.lines?.regions.map(
        ({ sigmaB2, sigmaW2, phase }) => svg`<text class="region" x=${x.toPixel(sigmaB2)}
          y=${y.toPixel(sigmaW2) + 5}>${typesetSvg(this.text.phases[phase] ?? phase)}</text>`,
      )}`;
  }

  private curves(x: Scale, y: Scale) {
    if (!this.lines) return nothing;
    const path = (line: Line) =>
      pathThrough(
        line.map(({ sigmaB2, sigmaW2 }) =>
          sigmaW2 === null ? null : { x: x.toPixel(sigmaB2), y: y.toPixel(sigmaW2) },
        ),
      );
    const name = (line: Line, text: string, kind: string) => {
      const end = line.filter(({ sigmaW2 }) => sigmaW2 !== null && sigmaW2 < wMax).at(-1);
      if (!end || end.sigmaW2 === null) return nothing;
      return svg`<text class="line-name of-${kind}" x=${x.toPixel(end.sigmaB2) - 6}
        y=${y.toPixel(end.sigmaW2) - 9}>${text}</text>`;
    };
    const pale = this.isPale(this.lines) ? 'pale' : '';
    return svg`<g class=${pale} clip-path="url(#plot)" pointer-events="none">
        <path class="neutrality" d=${path(this.lines.neutrality)} />
        <path class="edge" d=${path(this.lines.edge)} />
      </g>
      ${name(this.lines.neutrality, this.text.neutrality, 'neutrality')}
      ${name(this.lines.edge, this.text.edge, 'edge')}`;
  }

  private handle(area: Frame, x: Scale, y: Scale) {
    const { sigmaW2, sigmaB2 } = this.lab.state;
    const [cx, cy] = [x.toPixel(sigmaB2), y.toPixel(sigmaW2)];
    return svg`
      <line class="guide" x1=${cx} x2=${cx} y1=${area.top} y2=${area.bottom} />
      <line class="guide" x1=${area.left} x2=${area.right} y1=${cy} y2=${cy} />
      <g class="handle ${this.drag ? 'dragging' : ''}" tabindex="0" role="slider"
        aria-label=${this.text.handle} aria-orientation="vertical"
        aria-valuemin=${wMin} aria-valuemax=${wMax} aria-valuenow=${sigmaW2}
        aria-valuetext=${this.text.handleValue(String(sigmaW2), String(sigmaB2), this.phase)}
        @keydown=${this.onKey}>
        <circle class="target" cx=${cx} cy=${cy} r="24" />
        <circle class="ring" cx=${cx} cy=${cy} r="13" />
        <circle class="dot" cx=${cx} cy=${cy} r="8" />
      </g>`;
  }

  /** What cannot be drawn is said. */
  private notes(): string[] {
    if (!this.lines || this.isPale(this.lines)) return [];
    const { activation, edge, neutrality } = this.lines;
    const exists = (line: Line) => line.some(({ sigmaW2 }) => sigmaW2 !== null);
    const visible = (line: Line) => line.some(({ sigmaW2 }) => sigmaW2 !== null && sigmaW2 <= wMax);
    const notes: string[] = [];
    if (!exists(edge)) notes.push(this.text.noEdge(activation));
    if (!exists(neutrality)) notes.push(this.text.noNeutrality(activation));
    else if (!visible(neutrality)) notes.push(this.text.neutralityOutside);
    return notes;
  }

  private onHandle(event: Event): boolean {
    return event.composedPath().includes(this.renderRoot.querySelector('.handle') as EventTarget);
  }

  private moveTo(point: Point): void {
    this.lab.set(point, this.drag);
  }

  /** The nearest point of the diagram. */
  private pointAt(event: MouseEvent): Point {
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect();
    const { x, y } = this.scales();
    const { right = 0, down = 0 } = this.drag ?? {};
    return {
      sigmaB2: clamp('sigmaB2', x.toValue(event.clientX - left - right)),
      sigmaW2: clamp('sigmaW2', y.toValue(event.clientY - top - down)),
    };
  }

  private moveToPointer(event: MouseEvent): void {
    this.moveTo(this.pointAt(event));
  }

  /** Where the pointer lies from the point, in pixels: that stays while it drags. */
  private grip(event: PointerEvent): { right: number; down: number } {
    if (!this.onHandle(event)) return { right: 0, down: 0 };
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect();
    const { x, y } = this.scales();
    const { sigmaB2, sigmaW2 } = this.lab.state;
    return {
      right: event.clientX - left - x.toPixel(sigmaB2),
      down: event.clientY - top - y.toPixel(sigmaW2),
    };
  }

  private pointTo(point: Point | null): void {
    this.pointed = point;
    this.requestUpdate();
  }

  /** A mouse drags from anywhere; a finger only from the handle, elsewhere it scrolls the page. */
  private onDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    if (event.pointerType === 'touch' && !this.onHandle(event)) return;
    if (this.drag) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.setDrag({ pointer: event.pointerId, ...this.grip(event) });
    this.renderRoot.querySelector<SVGElement>('.handle')?.focus({ preventScroll: true });
    event.preventDefault();
    if (!this.onHandle(event)) this.moveToPointer(event);
  }

  private onMove(event: PointerEvent): void {
    if (this.drag?.pointer === event.pointerId) this.moveToPointer(event);
    else if (this.drag) return;
    else if (event.pointerType === 'mouse') this.pointTo(this.pointAt(event));
  }

  private onLeave(): void {
    this.pointTo(null);
  }

  private onUp(event: PointerEvent): void {
    if (this.drag?.pointer === event.pointerId) this.setDrag(null);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.setDrag(null);
  }

  /** A tap beside the handle. */
  private onClick(event: MouseEvent): void {
    if (event instanceof PointerEvent && event.pointerType === 'touch' && !this.onHandle(event)) {
      this.moveToPointer(event);
    }
  }

  private setDrag(drag: typeof this.drag): void {
    this.drag = drag;
    this.pointed = null;
    this.requestUpdate();
  }

  private onKey(event: KeyboardEvent): void {
    const moved = moveByKey(this.lab.state, event.key, event.shiftKey);
    if (!moved) return;
    event.preventDefault();
    this.moveTo(moved);
  }
}

define('igb-phase-map', PhaseMap);
