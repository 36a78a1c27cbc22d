import type { Engine } from 'igb';
import type { Line, LinesRequest, LinesResult, TheoryRequest, TheoryResult } from '../protocol';

const samples = 64;
const stride = 8;

/** Dense towards sigma_b2 = 0, where the lines of odd activations rise with infinite slope. */
function sampledSigmaB2(max: number): number[] {
  return Array.from({ length: samples + 1 }, (_, i) => max * (i / samples) ** 3);
}

/** The height of the middle of each region that the lines cut out at one sigma_b2. */
function middles(heights: (number | null)[], { sigmaW2Min, sigmaW2Max }: LinesRequest): number[] {
  const inside = heights.filter((w): w is number => w !== null && w > sigmaW2Min && w < sigmaW2Max);
  const cuts = [sigmaW2Min, ...inside.sort((a, b) => a - b), sigmaW2Max];
  return cuts.slice(1).map((cut, i) => (cut + (cuts[i] as number)) / 2);
}

/** The critical lines: first coarse, then all samples. */
export function* lines(engine: Engine, request: LinesRequest): Generator<LinesResult | null> {
  const { activation, sigmaB2Max } = request;
  const edgeAt = (sigmaB2: number) => engine.edgeOfChaos({ activation, sigmaB2 })?.sigmaW2 ?? null;
  const neutralityAt = (sigmaB2: number) =>
    engine.isoGamma({ activation, sigmaB2, gamma: 1 })?.sigmaW2 ?? null;

  const labelled = 0.5 * sigmaB2Max;
  const regions = middles([edgeAt(labelled), neutralityAt(labelled)], request).map((sigmaW2) => ({
    sigmaB2: labelled,
    sigmaW2,
    phase: engine.fixedPoint({ activation, sigmaW2, sigmaB2: labelled }).phase,
  }));

  const grid = sampledSigmaB2(sigmaB2Max);
  const edge = new Map<number, Line[number]>();
  const neutrality = new Map<number, Line[number]>();
  const ordered = (line: Map<number, Line[number]>) =>
    [...line.values()].sort((a, b) => a.sigmaB2 - b.sigmaB2);
  const result = (): LinesResult => ({
    kind: 'lines',
    activation,
    edge: ordered(edge),
    neutrality: ordered(neutrality),
    regions,
  });

  const coarse = grid.filter((_, i) => i % stride === 0);
  const rest = grid.filter((_, i) => i % stride !== 0);
  for (const [index, sigmaB2] of [...coarse, ...rest].entries()) {
    edge.set(sigmaB2, { sigmaB2, sigmaW2: edgeAt(sigmaB2) });
    neutrality.set(sigmaB2, { sigmaB2, sigmaW2: neutralityAt(sigmaB2) });
    yield index === coarse.length - 1 ? result() : null;
  }
  yield result();
}

/** What theory says of one point of the plane. */
export function* theory(engine: Engine, request: TheoryRequest): Generator<TheoryResult | null> {
  const { activation, sigmaW2, sigmaB2, depth, inputs } = request;
  const layers = engine.trajectory(request, { count: depth + 1 });
  yield null;
  const fixedPoint = engine.fixedPoint({ activation, sigmaW2, sigmaB2 });
  yield null;
  const edge = engine.edgeOfChaos({ activation, sigmaB2 })?.sigmaW2 ?? null;
  yield null;
  const neutrality = engine.isoGamma({ activation, sigmaB2, gamma: 1 })?.sigmaW2 ?? null;
  yield null;
  const law = engine.finiteTwoClassLaw(outputGamma(layers), inputs);
  const floor = engine.finiteTwoClassLaw(0, inputs);
  yield { kind: 'theory', fixedPoint, edge, neutrality, layers, law, floor };
}

/** Gamma of the output layer, which rules the class fractions. */
export function outputGamma(layers: { gamma: number }[]): number {
  const output = layers.at(-1);
  if (output === undefined) throw new Error('a trajectory has at least one layer');
  return output.gamma;
}
