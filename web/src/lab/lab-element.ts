import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import type { Kind } from '../engine/protocol';
import { attributeNames } from '../model/elements';
import {
  allowed,
  defaults,
  languageTag,
  nameOfKey,
  type Problem,
  parameterNames,
  parameters,
  parseAttribute,
  parseValue,
  type State,
} from '../model/params';
import type { Derived } from '../model/requests';
import { problemNotice } from '../parts/notices';
import { theme } from '../parts/theme';
import { nextTurn } from '../parts/turns';
import { type Text, texts } from '../text';
import { embeddingTexts } from '../text/embedding';
import { Lab } from './lab';
import { labNamed } from './named';

/** How far below the window a figure already gets ready. */
const margin = '300px';

/** The pace of what does not have to follow every frame of a drag, as sentences need not. */
export const figurePace = 80;

/** An element that shows a lab: that which its property `lab` holds, or its attribute `lab` names, or
 * its own. Attributes named like the keys of an address set the state. Fires `load` when it shows
 * results for the first time, then `change`, `progress` and `error`; none of them bubbles. Neither
 * starts the engine nor computes anything while it is far from the window. */
export abstract class LabElement extends LitElement {
  static override properties = {
    lab: { attribute: false },
    quiet: { attribute: false },
    poster: {},
    problems: { state: true },
  };

  static override get observedAttributes(): string[] {
    // biome-ignore lint/complexity/noThisInStatic: of the class at hand, which Lit finishes here.
    const own = super.observedAttributes;
    return [...own, 'lab', ...attributeNames.map((name) => parameters[name].key)];
  }

  static override styles = [
    ...theme,
    css`
      :host { display: block; }
      :host([hidden]) { display: none; }
      .poster { display: contents; }
      .poster img { display: block; max-width: 100%; height: auto; }
    `,
  ];

  declare lab: Lab;
  /** What is wrong is said elsewhere on the page. */
  declare quiet: boolean;
  /** Address of an image for the time until there are results. */
  declare poster: string | null;
  /** What its attributes have wrong. */
  declare protected problems: readonly Problem[];

  /** Kinds of results that it needs. */
  protected abstract readonly kinds: readonly Derived[];
  /** Whether there is something to draw yet. */
  protected abstract get ready(): boolean;
  private readonly initial: Partial<State> = {};
  /** The lab that it listens to. */
  private bound: Lab | null = null;
  protected readonly endings: (() => void)[] = [];
  private release: (() => void) | null = null;
  private watcher: IntersectionObserver | null = null;
  private loaded = false;
  private shownIn = '';
  protected visible = false;

  constructor() {
    super();
    this.quiet = false;
    this.poster = null;
    this.problems = [];
    this.takeOver('state');
  }

  /** A property that was set before the script had come hides the accessor. */
  private takeOver(name: 'state'): void {
    if (!Object.hasOwn(this, name)) return;
    const value = this[name];
    delete (this as Partial<LabElement>)[name];
    this[name] = value;
  }

  override attributeChangedCallback(key: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(key, old, value);
    if (old === value) return;
    if (key === 'lab') this.moveToLab(value);
    const name = nameOfKey(key);
    if (name === null) return;
    this.problems = this.problems.filter((problem) => problem.key !== key);
    const parsed = value === null ? parameters[name].default : parseAttribute(name, value);
    if (parsed === null) this.refuse({ key, values: [value ?? ''], allowed: allowed(name) });
    else if (this.lab) this.lab.set({ [name]: parsed });
    else Object.assign(this.initial, { [name]: parsed });
  }

  private refuse(problem: Problem): void {
    this.problems = [...this.problems, problem];
    const message = texts.en.problem(problem);
    queueMicrotask(() => this.fire('error', { name: 'RangeError', message }));
  }

  /** Before it is on the page, the attribute waits until it is. */
  private moveToLab(name: string | null): void {
    if (this.lab) this.lab = name === null ? new Lab(this.lab.state) : labNamed(name, {});
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const name = this.getAttribute('lab');
    this.lab ??= name === null ? new Lab(this.initial) : labNamed(name, this.initial);
    this.bind();
    this.watcher = new IntersectionObserver(
      (entries) => this.show(entries.at(-1)?.isIntersecting ?? false),
      { rootMargin: margin },
    );
    this.watcher.observe(this);
  }

  /** Whether results of a kind change what it shows. */
  protected shows(kind: Kind): boolean {
    return (this.kinds as readonly Kind[]).includes(kind);
  }

  /** Whether it follows its lab. */
  protected get awake(): boolean {
    return this.visible;
  }

  /** Whether it speaks another language, or has other colours, than its lab: that changes outside the
   * window, too. */
  private get isOtherwise(): boolean {
    const { lang, theme: shade } = this.lab.state;
    return this.shownIn !== `${lang} ${shade}`;
  }

  /** Milliseconds from one drawing to the next, at least. */
  protected readonly pace: number = 0;
  private drawn = 0;

  /** At most once a frame, however fast results arrive, and no faster than its pace; what has a pace
   * does not draw in the same frame as others that have one. */
  protected override async scheduleUpdate(): Promise<void> {
    const rest = this.drawn + this.pace - performance.now();
    if (this.hasUpdated && rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
    if (this.hasUpdated) await (this.pace > 0 ? nextTurn() : new Promise(requestAnimationFrame));
    super.scheduleUpdate();
    this.drawn = performance.now();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.watcher?.disconnect();
    this.show(false);
    this.unbind();
  }

  protected bind(): void {
    const { lab } = this;
    this.bound = lab;
    this.endings.push(
      lab.on('update', (kind) => {
        const follows = this.awake ? kind === null || this.shows(kind) : this.isOtherwise;
        if (follows) this.requestUpdate();
      }),
      lab.on('change', (state) => this.fire('change', state)),
      lab.on('progress', (progress) => this.fire('progress', progress)),
      lab.on('error', (failure) => this.fire('error', failure)),
    );
  }

  protected unbind(): void {
    for (const end of this.endings.splice(0)) end();
    this.bound = null;
  }

  protected show(visible: boolean): void {
    this.visible = visible;
    this.toggleAttribute('data-paused', !visible);
    if (visible) {
      this.release ??= this.lab.need(this.kinds);
      this.requestUpdate();
    } else {
      this.release?.();
      this.release = null;
    }
  }

  private fire(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** The parameters, all of them when read; some when set. */
  get state(): State {
    return this.lab?.state ?? { ...defaults(), ...this.initial };
  }

  set state(patch: Partial<State>) {
    const taken = Object.entries(patch).flatMap(([name, value]) => {
      const known = parameterNames.find((parameter) => parameter === name);
      const key = known ? parameters[known].key : name;
      this.problems = this.problems.filter((problem) => problem.key !== key);
      const parsed = known ? parseValue(known, String(value)) : null;
      if (parsed !== null) return [[name, parsed]];
      this.refuse({ key, values: [String(value)], allowed: known ? allowed(known) : null });
      return [];
    });
    if (this.lab) this.lab.set(Object.fromEntries(taken));
    else Object.assign(this.initial, Object.fromEntries(taken));
  }

  protected get text(): Text {
    return texts[this.lab.state.lang];
  }

  protected get languageTag(): string {
    return languageTag(this.lab.state.lang);
  }

  protected override willUpdate(_changed: PropertyValues): void {
    if (this.bound !== this.lab && this.isConnected) {
      const { visible } = this;
      this.show(false);
      this.unbind();
      this.bind();
      this.show(visible);
    }
    const { lang, theme: shade } = this.lab.state;
    this.shownIn = `${lang} ${shade}`;
    // A theme that does not exist stays to be named.
    const refused = this.problems.some(({ key }) => key === 'theme');
    if (shade !== 'auto') this.setAttribute('theme', shade);
    else if (!refused) this.removeAttribute('theme');
    if (this.loaded || !this.ready) return;
    this.loaded = true;
    void this.updateComplete.then(() => this.fire('load', undefined));
  }

  /** What its attributes had wrong. */
  protected attributeNotice() {
    const { text, problems } = this;
    const where = embeddingTexts[this.lab.state.lang].attributes;
    return problemNotice(text, where, problems, () => {
      this.problems = [];
    });
  }

  /** Whether its page gives an image, or an element, for the time until there are results. */
  protected get hasPoster(): boolean {
    return this.poster !== null || this.querySelector(':scope > [slot=poster]') !== null;
  }

  protected posterPart() {
    const image =
      this.poster === null ? nothing : html`<img part="poster" src=${this.poster} alt="" />`;
    return html`<slot name="poster" class="poster">${image}</slot>`;
  }
}
