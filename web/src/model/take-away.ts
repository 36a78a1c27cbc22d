/** What a reader takes away from a figure: numbers, the command that computes them, whom to cite. */
import { networkNames, parameters, type State } from './params';

/** Numbers of a figure, a row each; null: no value. */
export interface Table {
  columns: readonly string[];
  rows: readonly (readonly (number | string | null)[])[];
}

/** "sigma-w2 = 4" and so on: version and all that determines the numbers. */
export function provenance(state: State, version: string): string[] {
  return [
    `igb ${version}`,
    ...networkNames.map((name) => `${parameters[name].key} = ${state[name]}`),
  ];
}

function field(value: number | string | null): string {
  if (value === null || Number.isNaN(value)) return '';
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === Number.NEGATIVE_INFINITY) return '-inf';
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Comments first, each after "# ". */
export function tableToCsv({ columns, rows }: Table, state: State, version: string): string {
  const lines = [
    ...provenance(state, version).map((line) => `# ${line}`),
    columns.map(field).join(','),
    ...rows.map((row) => row.map(field).join(',')),
  ];
  return `${lines.join('\n')}\n`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** An SVG with a description, after its title where it has one. */
export function describeSvg(svg: string, lines: readonly string[]): string {
  const text = lines.join('\n').replace(/[&<>]/g, (letter) => entities[letter] as string);
  return svg.replace(
    /<svg[^>]*>(\s*<title>[^<]*<\/title>)?/,
    (start) => `${start}<desc>${text}</desc>`,
  );
}

/** The command whose networks are those of the histogram. */
export function simulateCommand(state: State): string {
  const flags = {
    activation: state.activation,
    'sigma-w2': state.sigmaW2,
    'sigma-b2': state.sigmaB2,
    // Of infinite width are the networks of the kernel, not their inputs.
    [state.sampler === 'kernel' ? 'input-width' : 'width']: state.width,
    depth: state.depth,
    inputs: state.inputs,
    networks: state.networks,
    classes: 2,
    data: 'gaussian',
    sampler: state.sampler,
    seed: state.seed,
    format: 'json',
  };
  const text = Object.entries(flags).map(([flag, value]) => `--${flag} ${value}`);
  return `igb simulate ${text.join(' ')}`;
}

/** The command for the lines of the phase diagram; the page has them at other sigma_b2. */
export function linesCommand({ activation }: State): string {
  const { max } = parameters.sigmaB2;
  return `igb lines --activation ${activation} --sigma-b2 0:${max}:65 --gamma 1 --format csv`;
}

export const citation = `@inproceedings{bassi2026bias,
  title     = {When Bias Meets Trainability: Connecting Theories of Initialization},
  author    = {Bassi, Alberto and Baity-Jesi, Marco and Lucchi, Aurelien and Albert, Carlo and Francazi, Emanuele},
  booktitle = {International Conference on Learning Representations},
  year      = {2026},
  eprint    = {2505.12096},
  archivePrefix = {arXiv}
}
`;
