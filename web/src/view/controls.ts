import { html, LitElement } from 'lit';
import { live } from 'lit/directives/live.js';
import {
  allowed,
  defaults,
  type NumberName,
  type ParameterName,
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
  /** The entry refused last, with what is allowed. */
  declare private refused: { name: ParameterName; value: string } | null;

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

  override render() {
    const { text } = this;
    return html`
      <form class="controls" @submit=${(event: Event) => event.preventDefault()}>
        ${this.choice()} ${numbers.map((name) => this.number(name))}
        <div class="buttons">
          <button type="button" data-test="new-draw" @click=${() => this.tell('igb-new-draw')}>
            ${text.newDraw}
          </button>
          <button type="button" data-test="reset" @click=${() => this.tell('igb-reset')}>
            ${text.reset}
          </button>
        </div>
      </form>
      <p class="refused" role="alert">${this.refusal()}</p>`;
  }

  private choice() {
    const { label, help } = this.text.parameters.activation;
    return html`<label title=${help}>
      <span>${label}</span>
      <select name="activation" @change=${(event: Event) =>
        this.change('activation', (event.target as HTMLSelectElement).value)}>
        ${this.activations.map(
          (name) =>
            html`<option value=${name} ?selected=${name === this.state.activation}>${name}</option>`,
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
        aria-label=${label} .value=${live(String(this.state[name]))}
        @change=${(event: Event) => this.change(name, (event.target as HTMLInputElement).value)} />
    </label>`;
  }

  private refusal() {
    if (!this.refused) return '';
    const { name, value } = this.refused;
    const label = parameters[name].key;
    return this.text.outOfRange(label, value, allowed(name, this.activations));
  }

  private change(name: ParameterName, entry: string): void {
    const value = parseValue(name, entry, this.activations);
    this.refused = value === null ? { name, value: entry } : null;
    if (value !== null) this.tell('igb-change', { [name]: value });
  }

  private tell(type: string, detail?: Partial<State>): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

customElements.define('igb-controls', Controls);
