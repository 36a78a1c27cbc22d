import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { pageAddress } from '../engine/assets';
import { Lab } from '../lab/lab';
import '../lab/lab-view';
import {
  isShown,
  type LabPart,
  labParts,
  languageTag,
  parameters,
  parseQuery,
  type State,
} from '../model/params';
import { frameOf, linkOf, type Size, tagOf } from '../model/snippets';
import { copyText } from '../parts/copy';
import '../parts/controls';
import { texts } from '../text';
import { builderTexts } from '../text/builder';
import { embeddingTexts } from '../text/embedding';

type Snippet = 'link' | 'frame' | 'tag';

const [smallest, largest] = [200, 3000];

/** Sizes that show all of a figure without scrolling. */
const usual: Record<State['figure'], Size> = {
  lab: { width: 1000, height: 1900 },
  'phase-map': { width: 480, height: 680 },
  'class-map': { width: 480, height: 680 },
  histogram: { width: 560, height: 480 },
  'depth-curves': { width: 640, height: 480 },
  race: { width: 640, height: 560 },
};

/** Teacher mode: choose what to show and how, try it, and copy it. All choices are those of the table
 * of parameters. */
export class Builder extends LitElement {
  static override properties = { size: { state: true }, copied: { state: true } };

  declare private size: Size;
  /** What was copied last, and whether that went well. */
  declare private copied: { snippet: Snippet; well: boolean } | null;
  private readonly lab: Lab;

  constructor() {
    super();
    const { state, problems } = parseQuery(location.search);
    this.lab = new Lab(state);
    this.lab.report(problems);
    this.size = usual[state.figure];
    this.copied = null;
    this.lab.on('change', () => {
      this.copied = null;
      this.requestUpdate();
    });
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  private get text() {
    return builderTexts[this.lab.state.lang];
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const { lang, theme } = this.lab.state;
    document.documentElement.lang = languageTag(lang);
    document.documentElement.dataset.theme = theme;
    document.title = `${this.text.title} · igb`;
  }

  protected override updated(): void {
    const preview = this.querySelector<HTMLElement>('.preview');
    preview?.style.setProperty('width', `${this.size.width}px`);
  }

  override render() {
    const { text, lab } = this;
    const whole = lab.state.figure === 'lab';
    return html`<header><h1>${text.title}</h1><p class="lead">${text.lead}</p></header>
      <main>
        <form class="choices" @submit=${(event: Event) => event.preventDefault()}>
          ${this.what()} ${whole ? this.parts() : nothing} ${this.look()}
        </form>
        <section><h2>${text.start}</h2><p class="soft">${text.startHelp}</p>
          <igb-controls .lab=${lab} .text=${texts[lab.state.lang]}></igb-controls></section>
        <section><h2>${text.take}</h2>
          ${this.snippet('link', text.link, '', linkOf(pageAddress, lab.state))}
          ${this.snippet('frame', text.frame, text.frameHelp, this.frame)}
          ${this.snippet('tag', text.tag, text.tagHelp, tagOf(pageAddress, lab.state))}
        </section>
        <section><h2>${text.preview}</h2>
          <div class="window" tabindex="0" role="region" aria-label=${text.preview}>
            <div class="preview" data-test="preview">${this.figure()}</div></div></section>
      </main>
      <footer><p><a href=${pageAddress}>${text.back}</a></p></footer>`;
  }

  private get frame(): string {
    const { state } = this.lab;
    return frameOf(pageAddress, state, this.size, this.text.figures[state.figure]);
  }

  private figure() {
    const { lab } = this;
    switch (lab.state.figure) {
      case 'lab':
        return html`<igb-lab .lab=${lab}></igb-lab>`;
      case 'phase-map':
        return html`<igb-phase-map .lab=${lab}></igb-phase-map>`;
      case 'class-map':
        return html`<igb-class-map .lab=${lab}></igb-class-map>`;
      case 'histogram':
        return html`<igb-histogram .lab=${lab}></igb-histogram>`;
      case 'depth-curves':
        return html`<igb-depth-curves .lab=${lab}></igb-depth-curves>`;
      case 'race':
        return html`<igb-race .lab=${lab}></igb-race>`;
    }
  }

  private choice(
    name: 'figure' | 'lang' | 'theme',
    label: string,
    names: Readonly<Record<string, string>>,
  ) {
    const { state } = this.lab;
    const choices: readonly string[] = parameters[name].choices;
    return html`<label><span>${label}</span>
      <select name=${parameters[name].key} @change=${(event: Event) =>
        this.choose(name, (event.target as HTMLSelectElement).value)}>
        ${choices.map(
          (choice) =>
            html`<option value=${choice} .selected=${choice === state[name]}>${names[choice]}</option>`,
        )}</select></label>`;
  }

  private choose(name: 'figure' | 'lang' | 'theme', value: string): void {
    if (name === 'figure') this.size = usual[value as State['figure']];
    this.lab.set({ [name]: value });
  }

  private what() {
    const { text } = this;
    return html`<fieldset><legend>${text.what}</legend>
      ${this.choice('figure', texts[this.lab.state.lang].parameters.figure.label, text.figures)}</fieldset>`;
  }

  private parts() {
    const { text, lab } = this;
    return html`<fieldset><legend>${text.shown}</legend><div class="ticks">
      ${labParts.map(
        (
          part,
        ) => html`<label><input type="checkbox" name=${part} .checked=${isShown(lab.state, part)}
          @change=${() => this.toggle(part)} /> ${text.parts[part]}</label>`,
      )}</div></fieldset>`;
  }

  private toggle(part: LabPart): void {
    const { state } = this.lab;
    const hidden = labParts.filter((other) => (other === part) === isShown(state, other));
    this.lab.set({ hide: hidden.join(',') });
  }

  private look() {
    const { text, lab } = this;
    const labels = texts[lab.state.lang].parameters;
    return html`<fieldset><legend>${text.look}</legend><div class="row">
      ${this.choice('lang', labels.lang.label, text.languages)}
      ${this.choice('theme', labels.theme.label, text.themes)}
      ${this.length('width', text.width)} ${this.length('height', text.height)}</div></fieldset>`;
  }

  private length(side: keyof Size, label: string) {
    return html`<label><span>${label}</span><input type="number" name=${side} min=${smallest} max=${largest}
      .value=${String(this.size[side])} @change=${(event: Event) => {
        const field = event.target as HTMLInputElement;
        const value = Math.round(Number(field.value)) || this.size[side];
        this.size = { ...this.size, [side]: Math.min(largest, Math.max(smallest, value)) };
        field.value = String(this.size[side]);
      }} /></label>`;
  }

  private snippet(name: Snippet, label: string, help: string, content: string) {
    const { text, copied } = this;
    const said = copied?.snippet === name ? copied.well : null;
    const words = embeddingTexts[this.lab.state.lang];
    return html`<div class="snippet">
      <label for="snippet-${name}">${label}</label> <span class="soft">${help}</span>
      <textarea id="snippet-${name}" data-test="snippet-${name}" readonly spellcheck="false"
        rows=${name === 'link' ? 2 : 4} .value=${content}></textarea>
      <button type="button" data-test="copy-${name}" aria-label="${text.copy}: ${label}"
        @click=${() => this.copy(name, content)}>${text.copy}</button>
      <span role="status">${said === null ? nothing : said ? words.copied : words.notCopied}</span>
    </div>`;
  }

  /** Where copying is not allowed, the text is at least selected. */
  private async copy(snippet: Snippet, content: string): Promise<void> {
    const well = await copyText(content);
    this.copied = { snippet, well };
    if (!well) this.querySelector<HTMLTextAreaElement>(`#snippet-${snippet}`)?.select();
  }
}

customElements.define('igb-builder', Builder);
