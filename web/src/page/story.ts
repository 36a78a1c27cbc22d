import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { factsOf } from '../lab/facts';
import { LabElement } from '../lab/lab-element';
import '../lab/lab-view';
import { Sweep } from '../lab/sweep';
import { formatQuery, isAt, type State } from '../model/params';
import {
  followsAtFirst,
  type Goal,
  type Step,
  type StoryFigure,
  stepOf,
  steps,
  type TryName,
  tries,
} from '../model/story';
import { words } from '../model/words';
import { formula, prose } from '../parts/prose';
import { typeset } from '../parts/typeset';
import type { FormulaName } from '../text/formulas';
import { type Block, type StoryText, stories } from '../text/story';
import './story.css';

const sweepMilliseconds = 1000;
/** A step that flies past does not move the lab. */
const dwellMilliseconds = 200;
/** Where there is room for figures beside the text; story.css has the same width. */
const roomForStage = '(min-width: 60rem)';
/** The strip of the window that a step must touch to be the one that is read. */
const readingStrip = '-40% 0px -45% 0px';
/** What a reader does before the story may move anything. */
const gestures = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;

/** The story: steps of text, each a state of the lab of the page, which follows as one reads. */
export class Story extends LabElement {
  static override properties = {
    ...LabElement.properties,
    active: { state: true },
    follows: { state: true },
    wide: { state: true },
  };

  protected readonly kinds = ['theory', 'map'] as const;

  protected get ready(): boolean {
    return true;
  }

  /** The step that is read. */
  declare private active: Step;
  /** Whether the lab moves as one reads. */
  declare private follows: boolean;
  declare private wide: boolean;

  private sweep: Sweep | null = null;
  private goingTo: Goal | null = null;
  /** The reader has done something: what moves on the page from now on is no surprise of loading. */
  private begun = false;
  private dwell: ReturnType<typeof setTimeout> | undefined;
  private reading: IntersectionObserver | null = null;
  private readonly media = matchMedia(roomForStage);

  constructor() {
    super();
    this.active = steps[0] as Step;
    this.follows = false;
    this.wide = this.media.matches;
  }

  /** Its own style sheet is that of the page, and its steps are targets of links. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.sweep = new Sweep(this.lab);
    this.follows = followsAtFirst(this.lab.state);
    this.media.addEventListener('change', this.onMedia);
    window.addEventListener('hashchange', this.onFragment);
    for (const gesture of gestures) {
      window.addEventListener(gesture, this.onGesture, { passive: true });
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sweep?.stop();
    clearTimeout(this.dwell);
    this.reading?.disconnect();
    this.media.removeEventListener('change', this.onMedia);
    window.removeEventListener('hashchange', this.onFragment);
    for (const gesture of gestures) window.removeEventListener(gesture, this.onGesture);
  }

  protected override firstUpdated(): void {
    this.reading = new IntersectionObserver(
      (entries) => {
        const step = entries.filter(({ isIntersecting }) => isIntersecting).at(-1)?.target;
        if (step) this.read(stepOf(`#${step.id}`));
      },
      { rootMargin: readingStrip },
    );
    for (const step of this.querySelectorAll('.step')) this.reading.observe(step);
  }

  private readonly onMedia = ({ matches }: MediaQueryListEvent): void => {
    this.wide = matches;
  };

  private readonly onGesture = (): void => {
    this.begun = true;
  };

  private readonly onFragment = (): void => {
    const step = stepOf(location.hash);
    if (step) this.go(step.goal);
  };

  /** A step has come into view. */
  private read(step: Step | null): void {
    if (!step) return;
    this.active = step;
    clearTimeout(this.dwell);
    if (!this.begun || !this.follows) return;
    this.dwell = setTimeout(() => this.go(step.goal), dwellMilliseconds);
  }

  /** Takes the lab to a state. */
  private go(goal: Goal | null): void {
    clearTimeout(this.dwell);
    if (!goal || !this.sweep || (this.sweep.running && this.goingTo === goal)) return;
    this.goingTo = goal;
    this.sweep.run(goal, sweepMilliseconds);
  }

  private get words(): StoryText {
    return stories[this.lab.state.lang];
  }

  override render() {
    return html`<div class="story ${this.wide ? 'wide' : 'narrow'}" data-step=${this.active.name}>
      ${this.wide ? this.stage() : this.contents()}
      <div class="steps">${steps.map((step) => this.step(step))}</div>
    </div>`;
  }

  /** The figures beside the text. */
  private stage() {
    const { text, lab } = this;
    const said = lab.failure ? text.nothingToShow : words(factsOf(lab)).lab;
    const [first, ...rest] = this.active.figures;
    return html`<aside class="stage" aria-label=${this.words.stage}>
      ${this.contents()}
      <div class="figures">
        ${this.figure('phase-map')} ${first ? this.figure(first) : nothing}
      </div>
      ${rest.map((name) => this.figure(name))}
      <p class="said" data-test="story-says">${typeset(said)}</p>
    </aside>`;
  }

  /** New in every step, so that it can fade in; the phase map stays. */
  private figure(name: StoryFigure): TemplateResult {
    const { lab } = this;
    switch (name) {
      case 'phase-map':
        return html`<igb-phase-map .lab=${lab} .quiet=${true}></igb-phase-map>`;
      case 'class-map':
        return html`${keyed(name, html`<igb-class-map .lab=${lab} .quiet=${true}></igb-class-map>`)}`;
      case 'networks':
        return html`${keyed(name, html`<igb-networks .lab=${lab} .quiet=${true}></igb-networks>`)}`;
      case 'histogram':
        return html`${keyed(name, html`<igb-histogram .lab=${lab} .quiet=${true}></igb-histogram>`)}`;
      case 'depth-curves':
        return html`${keyed(name, html`<igb-depth-curves .lab=${lab} .quiet=${true}></igb-depth-curves>`)}`;
    }
  }

  private contents() {
    const { words: story, lab } = this;
    return html`<div class="contents">
      <nav aria-label=${story.contents}><ol>
        ${steps.map(
          ({ name, goal }) => html`<li><a href="#step-${name}" @click=${() => this.go(goal)}
            aria-current=${name === this.active.name ? 'step' : nothing}
            >${story.steps[name].short}</a></li>`,
        )}
      </ol></nav>
      <label title=${story.followHelp}><input type="checkbox" data-test="follow"
        .checked=${this.follows} @change=${this.onFollow} /> ${story.follow}</label>
      <button type="button" data-test="story-undo" ?disabled=${!lab.canUndo}
        @click=${() => lab.undo()}>${story.undo}</button>
    </div>`;
  }

  private onFollow(event: Event): void {
    this.follows = (event.target as HTMLInputElement).checked;
    if (this.follows) this.go(this.active.goal);
  }

  private step(step: Step) {
    const { name, goal } = step;
    const { title, blocks } = this.words.steps[name];
    return html`<section class="step" id="step-${name}" aria-labelledby="title-${name}"
      ?data-active=${step === this.active}>
      <h2 id="title-${name}">${title}</h2>
      ${this.blocks(step, blocks)}
      ${name === 'lab' ? this.tries() : nothing}
      ${goal ? this.showButton(goal) : nothing}
    </section>`;
  }

  /** Text and formulas, and between them the figures where there is no room for a stage. */
  private blocks({ inline }: Step, blocks: readonly Block[]) {
    const figures = this.wide ? [] : [...inline];
    return blocks.map((block) => {
      if (typeof block !== 'string') return this.formula(block.formula);
      const figure = figures.shift();
      return html`${this.paragraph(block)}
        ${figure ? html`<div class="inline">${this.figure(figure)}</div>` : nothing}`;
    });
  }

  private paragraph(text: string) {
    return html`<p>${prose(text, this.lab.state.lang)}</p>`;
  }

  private formula(name: FormulaName) {
    return html`<p class="formula">${formula(name, this.lab.state.lang)}</p>`;
  }

  private showButton(goal: Goal) {
    const { words: story, lab } = this;
    const at = isAt(lab.state, goal);
    const label = at ? story.shown : story.show;
    return html`<p><button type="button" class="show" data-test="show"
      @click=${() => this.go(goal)}>${typeset(label(String(goal.sigmaW2)))}</button></p>`;
  }

  private tries() {
    const { words: story, lab } = this;
    const names = Object.keys(tries) as TryName[];
    const address = (goal: Partial<State>) => `${formatQuery({ ...lab.state, ...goal })}#lab`;
    return html`<ul class="tries">
      ${names.map(
        (name) => html`<li><a href=${address(tries[name])} data-test="try-${name}"
          @click=${(event: Event) => this.tryOut(event, tries[name])}>${story.tries[name]}</a></li>`,
      )}
    </ul>`;
  }

  /** Without leaving the page. */
  private tryOut(event: Event, goal: Goal): void {
    const elsewhere =
      event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey);
    if (elsewhere) return; // a window of its own
    event.preventDefault();
    this.go(goal);
    location.hash = 'lab';
  }
}

customElements.define('igb-story', Story);
