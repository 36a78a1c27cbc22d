import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import '../figures/class-map';
import '../figures/depth-curves';
import '../figures/gradients';
import '../figures/histogram';
import '../figures/images';
import '../figures/networks';
import '../figures/own-network';
import '../figures/phase-map';
import '../figures/race';
import { passedOn } from '../model/elements';
import { isShown, type LabPart } from '../model/params';
import { sweepTarget } from '../model/sweep';
import { words } from '../model/words';
import '../parts/colophon';
import '../parts/controls';
import '../parts/playback';
import { define } from '../parts/define';
import { throttle } from '../parts/throttle';
import { typeset } from '../parts/typeset';
import { factsOf } from './facts';
import { figurePace, LabElement } from './lab-element';
import { labStyle } from './lab-style';
import './notices';
import { Sweep } from './sweep';

const sweepMilliseconds = 4500;
const announceMilliseconds = 1500;
const handed = passedOn.join(', ');

/** All figures of one lab, what they say in a sentence, and its controls. */
export class LabView extends LabElement {
  static override properties = {
    ...LabElement.properties,
    announced: { state: true },
  };

  protected override readonly pace = figurePace;
  protected readonly kinds = ['theory', 'map'] as const;

  /** The caption as told to screen readers, which must not hear every frame of a drag. */
  declare private announced: string;

  private madeSweep: Sweep | null = null;

  private readonly announce = throttle((caption: string) => {
    this.announced = caption;
  }, announceMilliseconds);

  static override styles = [...LabElement.styles, labStyle];

  constructor() {
    super();
    this.announced = '';
  }

  protected override bind(): void {
    super.bind();
    // At once, not with the next frame: nothing may look settled that is not.
    this.endings.push(
      this.lab.on('change', () => this.tellSettled()),
      this.lab.on('update', () => this.tellSettled()),
    );
  }

  protected override unbind(): void {
    this.madeSweep?.stop();
    this.madeSweep = null;
    super.unbind();
  }

  private tellSettled(): void {
    this.dataset.settled = String(this.lab.settled);
  }

  /** All of them, to know whether the lab has settled. */
  protected override shows(): boolean {
    return true;
  }

  private get sweep(): Sweep {
    this.madeSweep ??= new Sweep(this.lab, () => this.requestUpdate());
    return this.madeSweep;
  }

  /** Carries the point through the edge to the other side; stops one under way. */
  private cross(): void {
    const edge = this.lab.result('theory')?.edge;
    if (this.sweep.running || edge == null) {
      this.sweep.stop();
      return;
    }
    this.sweep.run({ sigmaW2: sweepTarget(this.lab.state.sigmaW2, edge) }, sweepMilliseconds);
  }

  private get caption(): string {
    const { lab, text } = this;
    return lab.failure ? text.nothingToShow : words(factsOf(lab)).lab;
  }

  protected override updated(): void {
    const { lab } = this;
    const { live } = words(factsOf(lab));
    if (live !== '' && live !== this.announced) this.announce(live);
    this.tellSettled();
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
    const { lab } = this;
    return html`${this.attributeNotice()}
      ${this.quiet ? nothing : keyed(lab, html`<igb-notices .lab=${lab}></igb-notices>`)}`;
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
      ${shown('playback', () => html`<igb-playback .lab=${lab} exportparts="playback"></igb-playback>`)}
      ${shown('phase-map', () => html`<igb-phase-map .lab=${lab} exportparts=${handed}></igb-phase-map>`)}
      ${shown('class-map', () => html`<igb-class-map .lab=${lab} exportparts=${handed}></igb-class-map>`)}
      ${shown('histogram', () => html`<igb-histogram .lab=${lab} exportparts=${handed}></igb-histogram>`)}
      ${shown('networks', () => html`<igb-networks .lab=${lab} exportparts=${handed}></igb-networks>`)}
      ${shown('depth-curves', () => html`<igb-depth-curves .lab=${lab} exportparts=${handed}></igb-depth-curves>`)}
      ${shown('gradients', () => html`<igb-gradients .lab=${lab} exportparts=${handed}></igb-gradients>`)}
      ${shown('images', () => html`<igb-images .lab=${lab} exportparts=${handed}></igb-images>`)}
      ${shown('race', () => html`<igb-race .lab=${lab} exportparts=${handed}></igb-race>`)}
      ${shown('own-network', () => html`<igb-own-network .lab=${lab} exportparts=${handed}></igb-own-network>`)}
      ${shown('controls', () => html`<igb-controls .lab=${lab} .text=${this.text} exportparts="controls"></igb-controls>`)}
    </div>`;
  }

  private say() {
    const { text, lab, caption } = this;
    return html`<div class="say">
      <p class="caption" part="caption" data-test="caption">${typeset(caption)}</p>
      <button type="button" class="cross" part="cross" data-test="cross"
        ?disabled=${lab.result('theory')?.edge == null} @click=${this.cross}>
        ${this.sweep.running ? text.stop : text.cross}
      </button>
      <p class="hidden" aria-live="polite">${this.announced}</p>
    </div>`;
  }
}

define('igb-lab', LabView);
