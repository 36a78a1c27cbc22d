/** The state of the page, and the one table from which URL keys, validation and controls come. */

export interface State {
  activation: string;
  sigmaW2: number;
  sigmaB2: number;
  depth: number;
  width: number;
  inputs: number;
  networks: number;
  seed: number;
  network: number;
  lang: Lang;
}

export type Lang = 'en' | 'zh';
export type ParameterName = keyof State;

interface Described {
  /** Key in the URL. */
  key: string;
  unit: string;
}

export interface NumberParameter extends Described {
  type: 'number' | 'integer';
  min: number;
  max: number;
  step: number;
  default: number;
}

export interface ChoiceParameter extends Described {
  type: 'choice';
  /** Known from the start, or null where the engine supplies them. */
  choices: readonly string[] | null;
  default: string;
}

export type Parameter = NumberParameter | ChoiceParameter;

export const networksOnStrip = 24;

export const parameters = {
  activation: { key: 'activation', type: 'choice', choices: null, default: 'tanh', unit: '' },
  sigmaW2: {
    key: 'sigma-w2',
    type: 'number',
    min: 0.1,
    max: 6,
    step: 0.01,
    default: 4,
    unit: '',
  },
  sigmaB2: {
    key: 'sigma-b2',
    type: 'number',
    min: 0,
    max: 0.4,
    step: 0.001,
    default: 0.1,
    unit: '',
  },
  depth: { key: 'depth', type: 'integer', min: 1, max: 100, step: 1, default: 20, unit: 'layers' },
  width: { key: 'width', type: 'integer', min: 2, max: 512, step: 1, default: 128, unit: 'units' },
  inputs: {
    key: 'inputs',
    type: 'integer',
    min: 2,
    max: 1000,
    step: 1,
    default: 100,
    unit: 'inputs',
  },
  networks: {
    key: 'networks',
    type: 'integer',
    min: 20,
    max: 5000,
    step: 1,
    default: 500,
    unit: 'networks',
  },
  seed: {
    key: 'seed',
    type: 'integer',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    step: 1,
    default: 1,
    unit: '',
  },
  network: {
    key: 'network',
    type: 'integer',
    min: 0,
    max: networksOnStrip - 1,
    step: 1,
    default: 0,
    unit: '',
  },
  lang: { key: 'lang', type: 'choice', choices: ['en', 'zh'], default: 'en', unit: '' },
} as const satisfies Record<ParameterName, Parameter>;

export const parameterNames = Object.keys(parameters) as ParameterName[];

export type NumberName = {
  [N in ParameterName]: State[N] extends number ? N : never;
}[ParameterName];

/** What a parameter may be: "0.1 .. 6", "en, zh"; and whether only whole numbers. */
export interface Allowed {
  values: string;
  whole: boolean;
}

/** What is wrong with one key of a URL. */
export interface Problem {
  key: string;
  /** All values given for the key; more than one is wrong whatever they are. */
  values: string[];
  /** Null: no parameter has this key. */
  allowed: Allowed | null;
}

export function defaults(): State {
  return Object.fromEntries(
    parameterNames.map((name) => [name, parameters[name].default]),
  ) as unknown as State;
}

export function allowed(name: ParameterName, activations: readonly string[]): Allowed {
  const parameter: Parameter = parameters[name];
  if (parameter.type === 'choice') {
    return { values: (parameter.choices ?? activations).join(', '), whole: false };
  }
  return {
    values: `${parameter.min} .. ${parameter.max}`,
    whole: parameter.type === 'integer',
  };
}

/** The value that `text` stands for, or null where it is not allowed. */
export function parseValue(
  name: ParameterName,
  text: string,
  activations: readonly string[],
): number | string | null {
  const parameter: Parameter = parameters[name];
  if (parameter.type === 'choice') {
    return (parameter.choices ?? activations).includes(text) ? text : null;
  }
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const inRange = value >= parameter.min && value <= parameter.max;
  return inRange && (parameter.type === 'number' || Number.isInteger(value)) ? value : null;
}

/** The state that a query string describes; what is not allowed, or given twice, keeps its default. */
export function parseQuery(
  query: string,
  activations: readonly string[],
): { state: State; problems: Problem[] } {
  const state = defaults();
  const problems: Problem[] = [];
  const entries = new URLSearchParams(query);
  for (const key of new Set(entries.keys())) {
    const values = entries.getAll(key);
    const [only] = values.length === 1 ? values : [];
    const name = parameterNames.find((candidate) => parameters[candidate].key === key);
    const parsed = name && only !== undefined ? parseValue(name, only, activations) : null;
    if (name && parsed !== null) Object.assign(state, { [name]: parsed });
    else problems.push({ key, values, allowed: name ? allowed(name, activations) : null });
  }
  return { state, problems };
}

/** The query string that describes `state`, without what equals its default; may be empty. */
export function formatQuery(state: State): string {
  const query = new URLSearchParams();
  for (const name of parameterNames) {
    if (state[name] !== parameters[name].default) {
      query.set(parameters[name].key, String(state[name]));
    }
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** The nearest allowed value, on the grid of the parameter's step. */
export function clamp(name: NumberName, value: number): number {
  const { min, max, step } = parameters[name];
  const onGrid = Number((Math.round(value / step) * step).toFixed(6));
  return Math.min(max, Math.max(min, onGrid));
}
