import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { live } from 'lit/directives/live.js';
import {
  allowed,
  defaults,
  type NumberName,
  parameters,
  parseValue,
  type State,
} from '../model/params';
import { type Text, texts } from '../text';
import { typeset } from './typeset';

const numbers: NumberName[] = [
  'sigmaW2',
  'sigmaB2',
  'depth',
  'width',
  'inputs',
  'networks',
  'seed',
];

/** The parameters as native controls. Fires `igb-change` with a Partial<State>, `igb-new-draw` and
 * `igb-reset`. Rendered without a shadow root: the page styles it. */
export class Controls extends LitElement {
  static override properties = {
    text: { attribute: false },
    state: { attribute: false },
    activations: { attribute: false },
    refused: { state: true },
  };

  declare text: Text;
  declare state: State;
  declare activations: readonly string[];
  /** The entry refused last; the field shows the value still in use. */
  declare private refused: { name: NumberName; value: string } | null;

  constructor() {
    super();
    this.text = texts.en;
    this.state = defaults();
    this.activations = [];
    this.refused = null;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('refused'))
      this.querySelector('.refused')?.scrollIntoView({ block: 'nearest' });
  }

  override render() {
    const { text } = this;
    return html`
      <form class="controls" @submit=${(event: Event) => event.preventDefault()}>
        ${this.choice()} ${numbers.map((name) => this.number(name))}
        <div class="buttons">
          <button type="button" data-test="new-draw" @click=${() => this.tell('igb-new-draw')}>
            ${text.newDraw}
          </button>
          <button type="button" data-test="reset" @click=${this.reset}>
            ${text.reset}
          </button>
        </div>
      </form>`;
  }

  private choice() {
    const { label, help } = this.text.parameters.activation;
    return html`<label title=${help}>
      <span>${label}</span>
      <select name="activation" @change=${(event: Event) =>
        this.tell('igb-change', { activation: (event.target as HTMLSelectElement).value })}>
        ${this.activations.map(
          (name) =>
            html`<option value=${name} ?selected=${name === this.state.activation}>${this.text.activations[name] ?? name}</option>`,
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
        .value=${live(String(this.state[name]))}
        @change=${(event: Event) => this.change(name, (event.target as HTMLInputElement).value)} />
    </label>
    ${this.refusal(name)}`;
  }

  private refusal(name: NumberName) {
    if (this.refused?.name !== name) return nothing;
    const { label } = this.text.parameters[name];
    const message = this.text.outOfRange(label, this.refused.value, allowed(name, []));
    return html`<p class="refused" id="refused" role="alert">${typeset(message)}</p>`;
  }

  private reset(): void {
    this.refused = null;
    this.tell('igb-reset');
  }

  private change(name: NumberName, entry: string): void {
    const value = parseValue(name, entry, []);
    this.refused = value === null ? { name, value: entry } : null;
    if (value !== null) this.tell('igb-change', { [name]: value });
  }

  private tell(type: string, detail?: Partial<State>): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

customElements.define('igb-controls', Controls);
