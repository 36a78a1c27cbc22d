/** The state of a lab, and the one table from which URL keys, attributes, validation, controls and the
 * reference page come. */

export interface State {
  activation: string;
  sigmaW2: number;
  sigmaB2: number;
  depth: number;
  width: number;
  inputs: number;
  networks: number;
  sampler: Sampler;
  seed: number;
  network: number;
  data: DataName;
  lang: Lang;
  theme: Theme;
  /** Parts of the lab that are not shown, in the order of `labParts`, with commas between. */
  hide: string;
  figure: FigureName;
}

export type Lang = 'en' | 'zh';
export type Theme = 'auto' | 'light' | 'dark';
/** Networks with all their weights, from Gram matrices, or of infinite width. */
export type Sampler = 'dense' | 'gram' | 'kernel';
export type PlanarName = 'blobs' | 'moons' | 'circles' | 'spirals' | 'xor';
/** What networks learn, and are asked about. */
export type DataName = PlanarName | 'fashion-mnist';
/** What an embedding page shows. */
export type FigureName = 'lab' | 'phase-map' | 'class-map' | 'histogram' | 'depth-curves' | 'race';
export type ParameterName = keyof State;

/** What a parameter is about: the networks, or how they are shown. */
type Group = 'network' | 'view';

interface Described {
  /** Key in the URL, and attribute of the elements. */
  key: string;
  unit: string;
  group: Group;
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
  choices: readonly string[];
  default: string;
}

/** Any number of choices, with commas between. */
export interface ListParameter extends Described {
  type: 'list';
  choices: readonly string[];
  default: string;
}

export type Parameter = NumberParameter | ChoiceParameter | ListParameter;

/** Those of the engine, in its order. */
export const activationNames = [
  'linear',
  'relu',
  'tanh',
  'erf',
  'leaky_relu',
  'sin',
  'abs',
  'sigmoid',
  'softplus',
  'elu',
  'selu',
  'silu',
  'gelu',
  'hard_tanh',
] as const;

export const networksOnStrip = 24;

export const planarNames = ['moons', 'circles', 'spirals', 'xor', 'blobs'] as const;

/** What a lab consists of, in the order in which it is shown. */
export const labParts = [
  'say',
  'playback',
  'phase-map',
  'class-map',
  'histogram',
  'networks',
  'depth-curves',
  'gradients',
  'images',
  'race',
  'own-network',
  'controls',
] as const;
export type LabPart = (typeof labParts)[number];

export const parameters = {
  activation: {
    key: 'activation',
    type: 'choice',
    choices: activationNames,
    default: 'tanh',
    unit: '',
    group: 'network',
  },
  sigmaW2: {
    key: 'sigma-w2',
    type: 'number',
    min: 0.1,
    max: 6,
    step: 0.01,
    default: 4,
    unit: '',
    group: 'network',
  },
  sigmaB2: {
    key: 'sigma-b2',
    type: 'number',
    min: 0,
    max: 0.4,
    step: 0.001,
    default: 0.1,
    unit: '',
    group: 'network',
  },
  depth: {
    key: 'depth',
    type: 'integer',
    min: 1,
    max: 100,
    step: 1,
    default: 20,
    unit: 'layers',
    group: 'network',
  },
  width: {
    key: 'width',
    type: 'integer',
    min: 2,
    max: 512,
    step: 1,
    default: 128,
    unit: 'units',
    group: 'network',
  },
  inputs: {
    key: 'inputs',
    type: 'integer',
    min: 2,
    max: 1000,
    step: 1,
    default: 100,
    unit: 'inputs',
    group: 'network',
  },
  networks: {
    key: 'networks',
    type: 'integer',
    min: 20,
    max: 5000,
    step: 1,
    default: 500,
    unit: 'networks',
    group: 'network',
  },
  sampler: {
    key: 'sampler',
    type: 'choice',
    choices: ['dense', 'gram', 'kernel'],
    default: 'dense',
    unit: '',
    group: 'network',
  },
  seed: {
    key: 'seed',
    type: 'integer',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    step: 1,
    default: 1,
    unit: '',
    group: 'network',
  },
  network: {
    key: 'network',
    type: 'integer',
    min: 0,
    max: networksOnStrip - 1,
    step: 1,
    default: 0,
    unit: '',
    group: 'network',
  },
  data: {
    key: 'data',
    type: 'choice',
    choices: ['fashion-mnist', ...planarNames],
    default: 'fashion-mnist',
    unit: '',
    group: 'network',
  },
  lang: {
    key: 'lang',
    type: 'choice',
    choices: ['en', 'zh'],
    default: 'en',
    unit: '',
    group: 'view',
  },
  theme: {
    key: 'theme',
    type: 'choice',
    choices: ['auto', 'light', 'dark'],
    default: 'auto',
    unit: '',
    group: 'view',
  },
  hide: { key: 'hide', type: 'list', choices: labParts, default: '', unit: '', group: 'view' },
  figure: {
    key: 'figure',
    type: 'choice',
    choices: ['lab', 'phase-map', 'class-map', 'histogram', 'depth-curves', 'race'],
    default: 'lab',
    unit: '',
    group: 'view',
  },
} as const satisfies Record<ParameterName, Parameter>;

export const parameterNames = Object.keys(parameters) as ParameterName[];

/** Of what determines the networks. */
export const networkNames = parameterNames.filter((name) => parameters[name].group === 'network');

/** How networks are shown. */
export function viewOf(state: State): Partial<State> {
  const names = parameterNames.filter((name) => parameters[name].group === 'view');
  return Object.fromEntries(names.map((name) => [name, state[name]]));
}

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

export function nameOfKey(key: string): ParameterName | null {
  return parameterNames.find((name) => parameters[name].key === key) ?? null;
}

export function allowed(name: ParameterName): Allowed {
  const parameter: Parameter = parameters[name];
  if (parameter.type === 'choice' || parameter.type === 'list') {
    return { values: parameter.choices.join(', '), whole: false };
  }
  return {
    values: `${parameter.min} .. ${parameter.max}`,
    whole: parameter.type === 'integer',
  };
}

/** The value that `text` stands for, or null where it is not allowed. */
export function parseValue(name: ParameterName, text: string): number | string | null {
  const parameter: Parameter = parameters[name];
  if (parameter.type === 'choice') return parameter.choices.includes(text) ? text : null;
  if (parameter.type === 'list') return parseList(parameter.choices, text);
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const inRange = value >= parameter.min && value <= parameter.max;
  return inRange && (parameter.type === 'number' || Number.isInteger(value)) ? value : null;
}

/** The value of an attribute, or null where it is not allowed. An HTML language such as zh-Hans or
 * en-GB begins with one of ours. */
export function parseAttribute(name: ParameterName, text: string): number | string | null {
  return parseValue(name, name === 'lang' ? text.slice(0, 2) : text);
}

/** In the order of the choices. */
function parseList(choices: readonly string[], text: string): string | null {
  const entries = text === '' ? [] : text.split(',').map((entry) => entry.trim());
  if (!entries.every((entry) => choices.includes(entry))) return null;
  return choices.filter((choice) => entries.includes(choice)).join(',');
}

/** The entries of a query string, as far as they are allowed and given once. */
export function parseQuery(query: string): { state: State; problems: Problem[] } {
  const state = defaults();
  const problems: Problem[] = [];
  const entries = new URLSearchParams(query);
  for (const key of new Set(entries.keys())) {
    const values = entries.getAll(key);
    const [only] = values.length === 1 ? values : [];
    const name = nameOfKey(key);
    const parsed = name && only !== undefined ? parseValue(name, only) : null;
    if (name && parsed !== null) Object.assign(state, { [name]: parsed });
    else problems.push({ key, values, allowed: name ? allowed(name) : null });
  }
  return { state, problems };
}

/** The key and text of what differs from its default. */
export function entriesOf(state: State): [key: string, value: string][] {
  return parameterNames
    .filter((name) => state[name] !== parameters[name].default)
    .map((name) => [parameters[name].key, String(state[name])]);
}

/** The query string that describes `state`, without what equals its default; may be empty. */
export function formatQuery(state: State): string {
  const text = new URLSearchParams(entriesOf(state)).toString();
  return text === '' ? '' : `?${text}`;
}

/** Whether a state has all the values of a part of one. */
export function isAt(state: State, part: Partial<State>): boolean {
  return (Object.keys(part) as (keyof State)[]).every((key) => state[key] === part[key]);
}

/** The language as HTML names it. */
export function languageTag(lang: Lang): string {
  return lang === 'zh' ? 'zh-Hans' : 'en';
}

/** Whether a part of the lab is shown. */
export function isShown({ hide }: State, part: LabPart): boolean {
  return !hide.split(',').includes(part);
}

/** The nearest allowed value, on the grid of the parameter's step. */
export function clamp(name: NumberName, value: number): number {
  const { min, max, step } = parameters[name];
  const onGrid = Number((Math.round(value / step) * step).toFixed(6));
  return Math.min(max, Math.max(min, onGrid));
}
