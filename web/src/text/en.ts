import type { Allowed, DataName, ParameterName, Problem } from '../model/params';
import type { PresetName } from '../model/presets';

export interface ParameterText {
  label: string;
  help: string;
}

/** Everything the page says, besides the sentences of model/words.ts. σ_w² and σ_b² are typeset. */
export interface Text {
  title: string;
  lead: string;
  otherLanguage: string;
  parameters: Record<ParameterName, ParameterText>;
  /** Names of choices where the reader wants others than the keys. */
  choices: Partial<Record<ParameterName, Readonly<Record<string, string>>>>;
  preset: string;
  presetHelp: string;
  noPreset: string;
  presets: Record<PresetName, string>;
  undo: string;
  redo: string;
  takeAway: string;
  takePng: string;
  takeSvg: string;
  takeCsv: string;
  takeCommand: string;
  takeCitation: string;
  saved(name: string): string;
  copied: string;
  recovered: string;
  noSimd: string;
  newDraw: string;
  reset: string;
  cross: string;
  stop: string;
  notice: string;
  problem(problem: Problem): string;
  /** An empty value stands for an entry that is no number. */
  outOfRange(label: string, value: string, allowed: Allowed): string;
  dismiss: string;
  loading: string;
  failed: string;
  nothingToShow: string;
  /** To those who want to take a figure away. */
  notYet: string;
  missing: string;
  blocked: string;
  workerBlocked: string;
  broken: string;
  phaseTitle: string;
  phaseHelp: string;
  sigmaW2Axis: string;
  sigmaB2Axis: string;
  edge: string;
  neutrality: string;
  noEdge(activation: string): string;
  noNeutrality(activation: string): string;
  neutralityOutside: string;
  phases: Record<string, string>;
  handle: string;
  /** With an empty phase while it is unknown. */
  handleValue(sigmaW2: string, sigmaB2: string, phase: string): string;
  mapTitle: string;
  mapHelp: string;
  mapShare(share: string, name: string): string;
  stripTitle: string;
  stripHelp: string;
  stripLabel(network: number): string;
  histogramTitle: string;
  histogramHelp: string;
  histogramAxis: string;
  histogramShare: string;
  measured: string;
  theory: string;
  floor: string;
  raceTitle: string;
  raceHelp: string;
  raceStart: string;
  raceData: string;
  dataNames: Record<DataName, string>;
  noImages: string;
  words: string;
}

const range = ({ values, whole }: Allowed) => (whole ? `whole numbers ${values}` : values);

export const en: Text = {
  title: 'An untrained network already takes sides',
  lead: 'Nobody has trained these networks. Drag the point across the red line and watch what they think.',
  otherLanguage: '中文',
  parameters: {
    activation: { label: 'activation', help: 'The function between the layers.' },
    sigmaW2: { label: 'σ_w²', help: 'Variance of the weights, times the number of units.' },
    sigmaB2: { label: 'σ_b²', help: 'Variance of the biases.' },
    depth: { label: 'depth', help: 'Number of hidden layers.' },
    width: { label: 'width', help: 'Units in each hidden layer, and in the input.' },
    inputs: {
      label: 'inputs',
      help: 'How many random inputs each network of the histogram sorts.',
    },
    networks: { label: 'networks', help: 'How many networks the histogram counts.' },
    seed: { label: 'seed', help: 'Which random draw: the same seed gives the same networks.' },
    network: { label: 'network', help: 'Which network of the draw the large map shows.' },
    sampler: {
      label: 'sampler',
      help: 'How the networks of the histogram are drawn: with all their weights, from the Gram matrix of the inputs (the same law), or infinitely wide.',
    },
    data: { label: 'data', help: 'What networks learn, and are asked about.' },
    lang: { label: 'language', help: 'Of all that is said.' },
    theme: { label: 'theme', help: 'Light, dark, or as the system has it.' },
    hide: { label: 'hidden', help: 'Parts of the lab that are not shown, with commas between.' },
    figure: { label: 'figure', help: 'What the page for embedding shows.' },
  },
  preset: 'start from',
  presetHelp: 'Initialisations with a name.',
  noPreset: '(no preset)',
  presets: {
    'paper-order': 'paper: order, 0.8 × edge',
    'paper-edge': 'paper: edge of chaos',
    'paper-prejudice': 'paper: prejudice, 1.25 × edge',
    'paper-neutrality': 'paper: neutrality, 2.5 × edge',
    he: 'He (ReLU)',
    xavier: 'Xavier / Glorot (tanh)',
    lecun: 'LeCun (SELU)',
    pytorch: 'PyTorch default (ReLU)',
    ntk: 'NTK (ReLU)',
  },
  undo: 'Undo',
  redo: 'Redo',
  takeAway: 'Take away: picture, numbers, command, citation',
  takePng: 'Picture (PNG)',
  takeSvg: 'Picture (SVG)',
  takeCsv: 'Numbers (CSV)',
  takeCommand: 'Copy the igb command',
  takeCitation: 'Copy the citation (BibTeX)',
  saved: (name) => `Saved ${name}.`,
  copied: 'Copied:',
  recovered:
    'A part of the engine had stopped and was started anew, and with it what it was computing.',
  noSimd:
    'This browser lacks WebAssembly with SIMD, which the engine needs. Any browser of 2023 or later has it.',
  choices: {
    sampler: { dense: 'all weights', gram: 'Gram matrix', kernel: 'infinite width' },
    activation: {
      linear: 'linear',
      relu: 'ReLU',
      leaky_relu: 'leaky ReLU',
      tanh: 'tanh',
      erf: 'erf',
      sin: 'sin',
      abs: 'absolute value',
      sigmoid: 'sigmoid',
      softplus: 'softplus',
      elu: 'ELU',
      selu: 'SELU',
      silu: 'SiLU',
      gelu: 'GELU',
      hard_tanh: 'hard tanh',
    },
  },
  newDraw: 'New draw',
  reset: 'Reset',
  cross: 'Cross the line',
  stop: 'Stop',
  notice: 'The address of this page has entries that were not used:',
  problem: ({ key, values, allowed }) => {
    if (allowed === null) return `${key}: there is no such parameter.`;
    const wrong =
      values.length > 1
        ? `${key} is given more than once (${values.join(', ')}); allowed: one value out of`
        : `${key} = ${values[0] || '(empty)'} is not allowed; allowed:`;
    return `${wrong} ${range(allowed)}. The default is used.`;
  },
  outOfRange: (label, value, allowed) =>
    `${label} = ${value || '(not a number)'} is not allowed; allowed: ${range(allowed)}.`,
  dismiss: 'Close',
  loading: 'Loading the engine …',
  failed: 'The engine refused:',
  nothingToShow: 'There is nothing to show for this point.',
  notYet: 'Nothing to take away yet: this figure is still being computed.',
  missing:
    'The engine (igb.wasm) could not be loaded. Is the file beside this page, and is the page served over http?',
  blocked:
    "This site's Content-Security-Policy forbids WebAssembly; it must allow 'wasm-unsafe-eval' in script-src.",
  workerBlocked:
    "The engine's workers could not start. Where a site has a Content-Security-Policy, it must allow them:",
  broken: 'The engine could not start in this browser; WebAssembly with SIMD is needed.',
  phaseTitle: 'Where the networks come from',
  phaseHelp:
    'Drag the point, or use the arrow keys (Shift: fine steps, Page Up and Down: large ones).',
  sigmaW2Axis: 'σ_w², variance of the weights',
  sigmaB2Axis: 'σ_b², variance of the biases',
  edge: 'edge of chaos',
  neutrality: 'neutrality line, γ = 1',
  noEdge: (activation) => `${activation} has no edge of chaos here.`,
  noNeutrality: (activation) => `${activation} has no neutrality line: theory finds none.`,
  neutralityOutside: 'The neutrality line lies outside this chart.',
  phases: {
    neutrality: 'chaos: neutrality',
    prejudice: 'chaos: prejudice',
    ordered_prejudice: 'order: deep prejudice',
    chaotic_prejudice: 'chaos: deep prejudice',
    edge_of_chaos: 'edge of chaos',
    singular: 'singular',
  },
  handle: 'Point of the phase diagram',
  handleValue: (w, b, phase) =>
    `sigma w squared ${w}, sigma b squared ${b}${phase === '' ? '' : `; ${phase}`}`,
  mapTitle: 'What one network thinks',
  mapHelp: 'Every point is an input on a plane; its colour is the class the network gives it.',
  mapShare: (share, name) => `${share} class ${name}`,
  stripTitle: 'Other networks of the same draw',
  stripHelp: 'Choose one to see it large.',
  stripLabel: (network) => `Network ${network}`,
  histogramTitle: 'What many networks think',
  histogramHelp: 'Each network sorts the same random inputs; G₀ is the share it gives to class A.',
  histogramAxis: 'G₀, share of inputs in class A',
  histogramShare: 'share of networks',
  measured: 'measured',
  theory: 'theory',
  floor: 'theory without any bias (γ = 0)',
  raceTitle: 'Let them learn',
  raceHelp:
    'Four networks of the same draw learn the same mini-batches. The one at the edge of chaos starts with nearly the strongest bias, and tends to lose it first. Measured on inputs that they do not learn from.',
  raceStart: 'Start the race',
  raceData: 'data',
  dataNames: {
    'fashion-mnist': 'Fashion-MNIST, odd or even class',
    moons: 'two moons',
    circles: 'circles',
    spirals: 'spirals',
    xor: 'XOR',
    blobs: 'blobs',
  },
  noImages:
    'There are no images here: Fashion-MNIST is not part of this page. The points of the plane can be learnt all the same.',
  words: 'Prejudice and neutrality mean asymmetry of predictions only, not fairness.',
};
