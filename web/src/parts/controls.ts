import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import type { Lab } from '../lab/lab';
import {
  allowed,
  type ChoiceParameter,
  type NumberName,
  type ParameterName,
  parameterNames,
  parameters,
  parseValue,
} from '../model/params';
import { type PresetName, presetNames, presetOf, presets } from '../model/presets';
import { type Text, texts } from '../text';
import { define } from './define';
import { base } from './theme';
import { typeset } from './typeset';

/** Those that a figure lets one choose need no field. */
const chosenElsewhere: readonly ParameterName[] = ['network', 'data'];

const fields = parameterNames.filter(
  (name) => parameters[name].group === 'network' && !chosenElsewhere.includes(name),
);

/** The parameters of a lab as native controls, a field each; presets, undo, a new draw. */
export class Controls extends LitElement {
  static override properties = {
    text: { attribute: false },
    lab: { attribute: false },
    refused: { state: true },
  };

  declare text: Text;
  declare lab: Lab;
  /** The entry refused last; the field shows the value still in use. */
  declare private refused: { name: NumberName; value: string } | null;
  private ending = () => {};

  static override styles = [
    base,
    css`
      :host { display: block; }
      .controls { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.6rem, 1fr)); gap: 0.75rem 1rem; align-items: end;
        /* The fields after a refusal close up beside the one it is about. */
        grid-auto-flow: dense; }
      label { display: grid; gap: 0.2rem; font-size: 0.9rem; }
      label input, label select { width: 100%; min-width: 0; font-size: 1rem; }
      .wide { grid-column: span 2; }
      .buttons { display: flex; flex-wrap: wrap; gap: 0.6rem; grid-column: 1 / -1; }
      .refused { grid-column: 1 / -1; margin: 0; scroll-margin: 0.75rem; padding: 0.4rem 0.7rem; border-radius: 6px; background: var(--error); }
    `,
  ];

  constructor() {
    super();
    this.text = texts.en;
    this.refused = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Not at every result: what is being typed must stay.
    this.ending = this.lab.on('change', () => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.ending();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('refused'))
      this.renderRoot.querySelector('.refused')?.scrollIntoView({ block: 'nearest' });
  }

  override render() {
    const { text, lab } = this;
    const button = (name: string, label: string, act: () => void, disabled = false) =>
      html`<button type="button" data-test=${name} ?disabled=${disabled} @click=${act}>${label}</button>`;
    return html`
      <form class="controls" part="controls" @submit=${(event: Event) => event.preventDefault()}>
        ${this.presetChoice()}
        ${fields.map((name) =>
          parameters[name].type === 'choice' ? this.choice(name) : this.number(name as NumberName),
        )}
        <div class="buttons">
          ${button('new-draw', text.newDraw, () => lab.newDraw())}
          ${button('undo', text.undo, () => lab.undo(), !lab.canUndo)}
          ${button('redo', text.redo, () => lab.redo(), !lab.canRedo)}
          ${button('reset', text.reset, () => this.reset())}
        </div>
      </form>`;
  }

  private presetChoice() {
    const { text, lab } = this;
    const at = presetOf(lab.state);
    return html`<label class="wide" title=${text.presetHelp}>
      <span>${text.preset}</span>
      <select name="preset" data-test="preset" @change=${(event: Event) =>
        this.start((event.target as HTMLSelectElement).value)}>
        <option value="" .selected=${at === null}>${text.noPreset}</option>
        ${presetNames.map(
          (name) =>
            html`<option value=${name} .selected=${name === at}>${text.presets[name]}</option>`,
        )}
      </select>
    </label>`;
  }

  private start(name: string): void {
    const preset = presets.find((candidate) => candidate.name === (name as PresetName));
    if (preset) this.lab.set(preset.at(this.lab.state.width));
  }

  private choice(name: ParameterName) {
    const { label, help } = this.text.parameters[name];
    const { choices, key } = parameters[name] as ChoiceParameter;
    const names = this.text.choices[name] ?? {};
    return html`<label title=${help}>
      <span>${typeset(label)}</span>
      <select name=${key} @change=${(event: Event) =>
        this.lab.set({ [name]: (event.target as HTMLSelectElement).value })}>
        ${choices.map(
          (choice) =>
            html`<option value=${choice} .selected=${choice === this.lab.state[name]}>${names[choice] ?? choice}</option>`,
        )}
      </select>
    </label>`;
  }

  private number(name: NumberName) {
    const { label, help } = this.text.parameters[name];
    const { key, min, max, step } = parameters[name];
    return html`<label title=${help}>
      <span>${typeset(label)}</span>
      <input type="number" name=${key} min=${min} max=${max}
        step=${parameters[name].type === 'integer' ? step : 'any'}
        aria-label=${label} aria-describedby=${this.refused?.name === name ? 'refused' : nothing}
        .value=${String(this.lab.state[name])}
        @change=${(event: Event) => this.change(name, event.target as HTMLInputElement)} />
    </label>
    ${this.refusal(name)}`;
  }

  private refusal(name: NumberName) {
    if (this.refused?.name !== name) return nothing;
    const { label } = this.text.parameters[name];
    const message = this.text.outOfRange(label, this.refused.value, allowed(name));
    return html`<p class="refused" id="refused" role="alert">${typeset(message)}</p>`;
  }

  private reset(): void {
    this.refused = null;
    this.lab.reset();
  }

  /** Only now the field shows what is in use: results that come in must not disturb who types. */
  private change(name: NumberName, field: HTMLInputElement): void {
    const value = parseValue(name, field.value);
    this.refused = value === null ? { name, value: field.value } : null;
    if (value !== null) this.lab.set({ [name]: value });
    field.value = String(this.lab.state[name]);
  }
}

define('igb-controls', Controls);
