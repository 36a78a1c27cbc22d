import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import '../figures/class-map';
import '../figures/depth-curves';
import '../figures/histogram';
import '../figures/networks';
import '../figures/phase-map';
import '../figures/race';
import { shareOfFirst } from '../model/contour';
import { expectedMaxFrequency } from '../model/distribution';
import { isShown, type LabPart } from '../model/params';
import { sweepAt, sweepTarget } from '../model/sweep';
import { sentence } from '../model/words';
import '../parts/colophon';
import '../parts/controls';
import { define } from '../parts/define';
import { failureNotice, problemNotice, startNotice } from '../parts/notices';
import { theme } from '../parts/theme';
import { throttle } from '../parts/throttle';
import { typeset } from '../parts/typeset';
import { LabElement } from './figure';
import { labStyle } from './lab-style';

const sweepMilliseconds = 4500;
const announceMilliseconds = 1500;

/** All figures of one lab, what they say in a sentence, and its controls. */
export class LabView extends LabElement {
  static override properties = {
    ...LabElement.properties,
    sweeping: { state: true },
    announced: { state: true },
  };

  protected readonly kinds = ['theory', 'map'] as const;

  declare private sweeping: boolean;
  /** The caption as told to screen readers, which must not hear every frame of a drag. */
  declare private announced: string;

  private readonly announce = throttle((caption: string) => {
    this.announced = caption;
  }, announceMilliseconds);

  static override styles = [theme, labStyle];

  constructor() {
    super();
    this.sweeping = false;
    this.announced = '';
  }

  /** Carries the point through the edge to the other side; at once where motion is not wanted. */
  private cross(): void {
    const edge = this.lab.result('theory')?.edge;
    if (this.sweeping || edge == null) {
      this.sweeping = false;
      return;
    }
    const from = this.lab.state.sigmaW2;
    const to = sweepTarget(from, edge);
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.lab.set({ sigmaW2: to });
      return;
    }
    this.sweeping = true;
    const gesture = {};
    let shown = from;
    const began = performance.now();
    const frame = (now: number) => {
      if (this.lab.state.sigmaW2 !== shown) this.sweeping = false; // the reader took over
      if (!this.sweeping) return;
      const share = Math.min(1, Math.max(0, (now - began) / sweepMilliseconds));
      shown = sweepAt(from, to, share);
      this.lab.set({ sigmaW2: shown }, gesture);
      this.sweeping = share < 1;
      if (this.sweeping) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  private get caption(): string {
    const { lab, text } = this;
    const theory = lab.result('theory');
    const map = lab.result('map');
    if (lab.failure) return text.nothingToShow;
    if (!theory || !map) return text.loading;
    return sentence({
      ...lab.state,
      edge: theory.edge,
      silent: map.margin.every((value) => value === 0),
      shareOfA: shareOfFirst(map.margin),
      expected: expectedMaxFrequency(theory.law).mean,
    });
  }

  protected override updated(): void {
    const { lab, caption } = this;
    const known = lab.result('theory') && lab.result('map');
    if (known && caption !== this.announced) this.announce(caption);
    this.dataset.settled = String(lab.settled);
  }

  override render() {
    const { lab } = this;
    return html`<div part="lab" class="lab" lang=${this.languageTag}>
      ${this.notices()}
      ${this.content()}
      ${keyed(lab, html`<igb-colophon .lab=${lab} exportparts="colophon"></igb-colophon>`)}
      </div>`;
  }

  protected get ready(): boolean {
    return this.lab.result('theory') !== null && this.lab.result('map') !== null;
  }

  private notices() {
    const { text, lab } = this;
    const { startError, failure, problems, recovered } = lab;
    return html`${this.attributeNotice()} ${startNotice(text, startError)}
      ${
        recovered > 0 && !startError
          ? html`<div class="notice" role="status" data-test="recovered"><p>${text.recovered}</p></div>`
          : nothing
      }
      ${failureNotice(text, failure)}
      ${problemNotice(text, text.notice, problems, () => lab.report([]))}`;
  }

  private content() {
    if (this.lab.startError) return nothing;
    // Parts listen to the lab that they begin with.
    return !this.ready && this.hasPoster ? this.posterPart() : keyed(this.lab, this.body());
  }

  private body() {
    const { lab } = this;
    const shown = (part: LabPart, content: () => unknown) =>
      isShown(lab.state, part) ? content() : nothing;
    return html`<div class="grid">
      ${shown('say', () => this.say())}
      ${shown('phase-map', () => html`<igb-phase-map .lab=${lab}></igb-phase-map>`)}
      ${shown('class-map', () => html`<igb-class-map .lab=${lab}></igb-class-map>`)}
      ${shown('histogram', () => html`<igb-histogram .lab=${lab}></igb-histogram>`)}
      ${shown('networks', () => html`<igb-networks .lab=${lab}></igb-networks>`)}
      ${shown('depth-curves', () => html`<igb-depth-curves .lab=${lab}></igb-depth-curves>`)}
      ${shown('race', () => html`<igb-race .lab=${lab}></igb-race>`)}
      ${shown('controls', () => html`<igb-controls .lab=${lab} .text=${this.text}></igb-controls>`)}
    </div>`;
  }

  private say() {
    const { text, lab, caption } = this;
    return html`<div class="say">
      <p class="caption" part="caption" data-test="caption">${typeset(caption)}</p>
      <button type="button" class="cross" part="cross" data-test="cross"
        ?disabled=${lab.result('theory')?.edge == null} @click=${this.cross}>
        ${this.sweeping ? text.stop : text.cross}
      </button>
      <p class="hidden" aria-live="polite">${this.announced}</p>
    </div>`;
  }
}

define('igb-lab', LabView);
