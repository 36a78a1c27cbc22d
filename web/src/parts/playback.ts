import { css, html, LitElement } from 'lit';
import type { Lab } from '../lab/lab';
import { clamp, parameters } from '../model/params';
import { words } from '../text/playback';
import { define } from './define';
import { base } from './theme';

const millisecondsPerLayer = 220;
const { min, max } = parameters.depth;

/** Depth to scrub, to step and to let run: the same weights, layer for layer, and one output above. */
export class Playback extends LitElement {
  static override properties = { lab: { attribute: false }, playing: { state: true } };

  declare lab: Lab;
  declare private playing: boolean;
  /** The run, or the scrub, under way: one entry to undo. */
  private gesture: object | null = null;
  /** The depth that it set last. */
  private reached = 0;
  private ending = () => {};
  private clock: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.playing = false;
  }

  static override styles = [
    base,
    css`
      :host { display: block; }
      div { display: flex; flex-wrap: wrap; gap: 0.4rem 0.6rem; align-items: center; }
      button { min-width: 2.75rem; padding: 0.2rem; }
      button svg { display: block; margin: auto; fill: currentColor; }
      input { flex: 1 1 10rem; min-width: 8rem; padding: 0; accent-color: var(--ink); min-height: 2.4rem; }
      output { min-width: 5.5rem; font-variant-numeric: tabular-nums; }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.ending = this.lab.on('change', ({ depth }) => {
      if (this.playing && depth !== this.reached) this.pause(); // somebody else has moved it
      this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.ending();
    this.pause();
  }

  private go(depth: number, gesture: object | null): void {
    this.reached = clamp('depth', depth);
    this.lab.set({ depth: this.reached }, gesture);
  }

  private step(layers: number): void {
    this.pause();
    this.go(this.lab.state.depth + layers, null);
  }

  private play(): void {
    this.playing = true;
    const gesture = {};
    if (this.lab.state.depth === max) this.go(min, gesture);
    this.clock = setInterval(() => {
      this.go(this.lab.state.depth + 1, gesture);
      if (this.lab.state.depth === max) this.pause();
    }, millisecondsPerLayer);
  }

  private pause(): void {
    clearInterval(this.clock);
    this.playing = false;
  }

  private scrub(event: Event): void {
    this.pause();
    this.gesture ??= {};
    this.go(Number((event.target as HTMLInputElement).value), this.gesture);
  }

  override render() {
    const { playing } = this;
    const { depth, lang } = this.lab.state;
    const say = words[lang];
    const button = (name: string, label: string, path: string, act: () => void) =>
      html`<button type="button" data-test=${name} aria-label=${label} title=${label} @click=${act}>
        <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true"><path d=${path} /></svg>
      </button>`;
    return html`<div role="group" aria-label=${say.title} part="playback">
      ${button('back', say.back, 'M4 4h3v12H4zM16 4v12L8 10z', () => this.step(-1))}
      ${
        playing
          ? button('pause', say.pause, 'M5 4h4v12H5zM11 4h4v12h-4z', () => this.pause())
          : button('play', say.play, 'M5 3l12 7-12 7z', () => this.play())
      }
      ${button('step', say.step, 'M13 4h3v12h-3zM4 4v12l8-6z', () => this.step(1))}
      <input type="range" data-test="scrub" aria-label=${say.title} min=${min} max=${max}
        .value=${String(depth)} aria-valuetext=${say.depth(depth)} @input=${this.scrub}
        @change=${() => {
          this.gesture = null;
        }} />
      <output aria-live="off">${say.depth(depth)}</output>
    </div>`;
  }
}

define('igb-playback', Playback);
