import type { Kind, Request } from '../engine/protocol';
import { lessonsOf } from './lessons';
import type { OwnFacts } from './own-network';
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
  'images',
  'placement',
  'gradients',
];

const networksWithGradients = 24;

/** What a lab has found besides its state. */
export interface Findings {
  /** The images beside the script: unknown, missing, or there. */
  sample: Sample | 'missing' | null;
  /** The reader's own network. */
  own: OwnFacts | null;
}

const imagesOfSample = new WeakMap<Sample, Float32Array>();

/** The images of the test set as inputs, made once. */
function imagesOf(sample: Sample): Float32Array {
  const inputs = imagesOfSample.get(sample) ?? lessonsOf(sample).test.inputs;
  imagesOfSample.set(sample, inputs);
  return inputs;
}

/** What the engine must compute of one kind to show a state; null: it cannot yet. */
export function requestOf(kind: Derived, state: State, { sample, own }: Findings): Request | null {
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
    case 'images': {
      if (sample === null || sample === 'missing') return null;
      const inputs = imagesOf(sample);
      const inputWidth = inputs.length / sample.test.count;
      return { kind, ...described, network, inputWidth, inputs };
    }
    case 'placement': {
      // What the engine can place.
      if (own === null || own.classes > 4096) return null;
      if (!(own.gamma >= 1e-6 && own.gamma <= 1e12)) return null;
      const { gamma, classes, inputs } = own;
      return { kind, gamma, classes, inputs, activation, sigmaB2, depth };
    }
    case 'ensemble':
      return { kind, ...described, sampler: state.sampler, networks, inputs };
    case 'gradients':
      return { kind, ...described, networks: networksWithGradients };
  }
}
