import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Kind } from '../engine/protocol';
import { nameOfKey, parameterNames, parameters, parseValue, type State } from '../model/params';
import type { Derived } from '../model/requests';
import { type Table, tableToCsv } from '../model/take-away';
import '../parts/take-away';
import { figureStyle } from '../parts/figure-style';
import { theme } from '../parts/theme';
import { typeset } from '../parts/typeset';
import { type Text, texts } from '../text';
import { Lab } from './lab';

/** Labs that elements share by name: <igb-phase-map lab="one"> and <igb-class-map lab="one">. */
const named = new Map<string, Lab>();

function labNamed(name: string | null, initial: Partial<State>): Lab {
  if (name === null) return new Lab(initial);
  const lab = named.get(name) ?? new Lab(initial);
  named.set(name, lab);
  return lab;
}

/** How far below the window a figure already gets ready. */
const margin = '300px';

/** An element that shows a lab: that of the element around it, that which its attribute `lab` names,
 * or its own. Attributes named like the keys of an address set the state. Fires `change`, `progress`
 * and `error`. Computes nothing while it is outside the window. */
export abstract class LabElement extends LitElement {
  static override properties = { lab: { attribute: false } };

  static override get observedAttributes(): string[] {
    // biome-ignore lint/complexity/noThisInStatic: of the class at hand, which Lit finishes here.
    return [...super.observedAttributes, ...parameterNames.map((name) => parameters[name].key)];
  }

  declare lab: Lab;

  /** Kinds of results that it needs. */
  protected abstract readonly kinds: readonly Derived[];
  private readonly initial: Partial<State> = {};
  protected readonly endings: (() => void)[] = [];
  private release: (() => void) | null = null;
  private watcher: IntersectionObserver | null = null;
  protected visible = false;

  override attributeChangedCallback(key: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(key, old, value);
    const name = nameOfKey(key);
    if (name === null || old === value) return;
    // An HTML language such as zh-Hans or en-GB begins with one of ours.
    const text = name === 'lang' ? value?.slice(0, 2) : value;
    const parsed = text == null ? parameters[name].default : parseValue(name, text);
    if (parsed === null) this.refuse(key, value ?? '');
    else if (this.lab) this.lab.set({ [name]: parsed });
    else Object.assign(this.initial, { [name]: parsed });
  }

  private refuse(key: string, value: string): void {
    const parameter = parameters[nameOfKey(key) ?? 'seed'];
    const range =
      'choices' in parameter
        ? parameter.choices.join(', ')
        : `${parameter.min} .. ${parameter.max}`;
    const message = `${key} = ${value} is not allowed; allowed: ${range}`;
    queueMicrotask(() => this.fire('error', { name: 'RangeError', message }));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.lab ??= labNamed(this.getAttribute('lab'), this.initial);
    this.endings.push(
      this.lab.on('update', (kind) => {
        if (kind === null || this.shows(kind)) this.requestUpdate();
      }),
      this.lab.on('change', (state) => this.fire('change', state)),
      this.lab.on('progress', (progress) => this.fire('progress', progress)),
      this.lab.on('error', (failure) => this.fire('error', failure)),
    );
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

  /** At most once a frame, however fast results arrive. */
  protected override async scheduleUpdate(): Promise<void> {
    if (this.hasUpdated) await new Promise(requestAnimationFrame);
    super.scheduleUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.endings.splice(0)) end();
    this.watcher?.disconnect();
    this.show(false);
  }

  protected show(visible: boolean): void {
    this.visible = visible;
    this.toggleAttribute('data-paused', !visible);
    if (visible) this.release ??= this.lab.need(this.kinds);
    else {
      this.release?.();
      this.release = null;
    }
  }

  private fire(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** The parameters, all of them when read; some when set. */
  get state(): State {
    return this.lab?.state ?? { ...this.initial };
  }

  set state(patch: Partial<State>) {
    if (this.lab) this.lab.set(patch);
    else Object.assign(this.initial, patch);
  }

  protected get text(): Text {
    return texts[this.lab.state.lang];
  }

  protected get languageTag(): string {
    return this.lab.state.lang === 'zh' ? 'zh-Hans' : 'en';
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const { theme: shade } = this.lab.state;
    if (shade === 'auto') this.removeAttribute('theme');
    else this.setAttribute('theme', shade);
  }
}

/** A figure: title, picture, a sentence from the state, and what one can take away. */
export abstract class Figure extends LabElement {
  static override styles = [...theme, figureStyle];

  protected abstract get heading(): string;
  /** What there is to see now, in a sentence: caption and text alternative. */
  protected abstract get sentence(): string;
  protected abstract get help(): string;
  /** Whether there is something to draw yet. */
  protected abstract get ready(): boolean;
  protected abstract draw(): TemplateResult;
  /** The numbers shown. */
  abstract table(): Table;
  /** A self-contained SVG of what is shown. */
  abstract picture(): Promise<string>;

  /** The numbers as CSV, with their provenance. */
  csv(): string {
    return tableToCsv(this.table(), this.lab.state, this.lab.version);
  }

  override render(): TemplateResult {
    const { text } = this;
    return html`<figure part="figure" lang=${this.languageTag} class=${this.localName} data-test=${this.localName}>
      <div class="head" part="head"><h2 part="title">${this.heading}</h2>
        <igb-take-away .figure=${this} .text=${text}></igb-take-away></div>
      ${this.ready ? nothing : html`<slot name="poster" class="poster"></slot>`}
      ${this.draw()}
      <figcaption part="caption"><span class="sentence" part="sentence">${typeset(this.sentence)}</span>
        <span part="help">${this.help}</span></figcaption>
    </figure>`;
  }
}
