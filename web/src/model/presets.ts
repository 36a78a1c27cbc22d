/** Initialisations with a name. */
import type { State } from './params';

type Start = Pick<State, 'activation' | 'sigmaW2' | 'sigmaB2'>;

export interface Preset {
  name: PresetName;
  /** At a width: some laws of biases depend on it. */
  at(width: number): Start;
}

export const presetNames = [
  'paper-order',
  'paper-edge',
  'paper-prejudice',
  'paper-neutrality',
  'he',
  'xavier',
  'lecun',
  'pytorch',
  'ntk',
] as const;
export type PresetName = (typeof presetNames)[number];

const always = (activation: string, sigmaW2: number, sigmaB2: number) => () => ({
  activation,
  sigmaW2,
  sigmaB2,
});

const starts: Record<PresetName, (width: number) => Start> = {
  // Bassi et al. 2026: .8, 1, 1.25 and 2.5 times the edge of tanh at sigma_b2 = 0.1.
  'paper-order': always('tanh', 1.59, 0.1),
  'paper-edge': always('tanh', 1.99, 0.1),
  'paper-prejudice': always('tanh', 2.48, 0.1),
  'paper-neutrality': always('tanh', 4.97, 0.1),
  he: always('relu', 2, 0),
  // Var W = 2 / (N_in + N_out), 1 / N where all layers are alike.
  xavier: always('tanh', 1, 0),
  lecun: always('selu', 1, 0),
  // torch.nn.Linear: weights and biases uniform in +-1 / sqrt(N).
  pytorch: (width) => ({
    activation: 'relu',
    sigmaW2: 0.333,
    sigmaB2: Number((1 / (3 * width)).toPrecision(3)),
  }),
  // Jacot et al. 2018: standard normal weights over sqrt(N), biases times beta = 0.1.
  ntk: always('relu', 1, 0.01),
};

export const presets: readonly Preset[] = presetNames.map((name) => ({ name, at: starts[name] }));

/** The preset that a state is at, or null. */
export function presetOf({ activation, sigmaW2, sigmaB2, width }: State): PresetName | null {
  const preset = presets.find(({ at }) => {
    const start = at(width);
    return (
      start.activation === activation && start.sigmaW2 === sigmaW2 && start.sigmaB2 === sigmaB2
    );
  });
  return preset?.name ?? null;
}
