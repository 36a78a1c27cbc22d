import type { Kind, Request } from '../engine/protocol';
import { networksOnStrip, parameters, type State } from './params';

/** What the engine computes unasked. */
type Shown = Exclude<Kind, 'race'>;

/** What the engine must compute to show a state. */
export function requestsOf(state: State): { [K in Shown]: Extract<Request, { kind: K }> } {
  const { activation, sigmaW2, sigmaB2, depth, width, seed, network, networks, inputs } = state;
  const described = { activation, sigmaW2, sigmaB2, depth, width, seed };
  return {
    theory: { kind: 'theory', activation, sigmaW2, sigmaB2, depth, inputs },
    lines: {
      kind: 'lines',
      activation,
      sigmaB2Max: parameters.sigmaB2.max,
      sigmaW2Min: parameters.sigmaW2.min,
      sigmaW2Max: parameters.sigmaW2.max,
    },
    map: { kind: 'map', ...described, network },
    strip: { kind: 'strip', ...described, networks: networksOnStrip },
    ensemble: { kind: 'ensemble', ...described, networks, inputs },
  };
}
