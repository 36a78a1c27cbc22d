import type { Kind, Request } from '../engine/protocol';
import { networksOnStrip, parameters, type State } from './params';
import type { Sample } from './sample';

/** What the engine computes unasked. */
export type Derived = Exclude<Kind, 'race'>;

export const derivedKinds: readonly Derived[] = [
  'theory',
  'lines',
  'isoGamma',
  'map',
  'tiles',
  'ensemble',
  'gradients',
];

const networksWithGradients = 24;

/** What the engine must compute of one kind to show a state; null: it cannot yet. */
export function requestOf(
  kind: Derived,
  state: State,
  _sample: Sample | 'missing' | null,
): Request | null {
  const { activation, sigmaW2, sigmaB2, depth, width, seed, network, networks, inputs } = state;
  const described = { activation, sigmaW2, sigmaB2, depth, width, seed };
  const plane = {
    activation,
    sigmaB2Max: parameters.sigmaB2.max,
    sigmaW2Min: parameters.sigmaW2.min,
    sigmaW2Max: parameters.sigmaW2.max,
  };
  switch (kind) {
    case 'theory':
      return { kind, activation, sigmaW2, sigmaB2, depth, inputs };
    case 'lines':
    case 'isoGamma':
      return { kind, ...plane };
    case 'map':
      return { kind, ...described, network };
    case 'tiles':
      return { kind, ...described, networks: networksOnStrip };
    case 'ensemble':
      return { kind, ...described, sampler: state.sampler, networks, inputs };
    case 'gradients':
      return { kind, ...described, networks: networksWithGradients };
  }
}
