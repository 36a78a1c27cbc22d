import type { Engine } from 'igb';
import { beforeAll, describe, expect, it } from 'vitest';
import { startJob } from '../src/engine/jobs';
import type {
  EnsembleRequest,
  EnsembleResult,
  ImagesResult,
  IsoGammaResult,
  PlacementResult,
} from '../src/engine/protocol';
import { activationNames } from '../src/model/params';
import { presets } from '../src/model/presets';
import { resultsOf, startEngine } from './engine';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});

const described = { activation: 'tanh', sigmaW2: 2, sigmaB2: 0.1, depth: 8, width: 32, seed: 3 };

it('the table of parameters names the activations of the engine', () => {
  expect(activationNames).toEqual(engine.activations);
});

it("the paper's states lie where their names say", () => {
  const edge = engine.edgeOfChaos({ activation: 'tanh', sigmaB2: 0.1 })?.sigmaW2 ?? 0;
  const multiples = { order: 0.8, edge: 1, prejudice: 1.25, neutrality: 2.5 };
  for (const [name, multiple] of Object.entries(multiples)) {
    const { sigmaW2 } = presets.find((preset) => preset.name === `paper-${name}`)?.at(100) ?? {};
    expect(sigmaW2 ?? 0, name).toBeCloseTo(multiple * edge, 1);
  }
});

it('He keeps the variance of ReLU, PyTorch loses it', () => {
  const at = (name: string) => presets.find((preset) => preset.name === name)?.at(128);
  const kept = (name: string) => {
    const preset = at(name);
    if (!preset) throw new Error(`no preset ${name}`);
    const layers = engine.trajectory(preset, { count: 10 });
    return (layers[9]?.q ?? Number.NaN) / (layers[0]?.q ?? Number.NaN);
  };
  expect(kept('he')).toBeCloseTo(1, 9);
  expect(kept('pytorch')).toBeLessThan(0.01);
});

it('Xavier is on the edge of tanh, and LeCun keeps the variance of SELU at 1', () => {
  const at = (name: string) => presets.find((preset) => preset.name === name)?.at(128);
  const { sigmaW2 = Number.NaN, ...xavier } = at('xavier') ?? {};
  expect(xavier).toEqual({ activation: 'tanh', sigmaB2: 0 });
  expect(sigmaW2).toBeCloseTo(
    engine.edgeOfChaos({ activation: 'tanh', sigmaB2: 0 })?.sigmaW2 ?? 0,
    6,
  );
  const lecun = at('lecun');
  if (!lecun) throw new Error('no preset lecun');
  expect(engine.trajectory(lecun, { count: 10 })[9]?.q).toBeCloseTo(1, 6);
});

describe('isoGamma', () => {
  it('ends with the finest grid, equal to fixed points one by one', () => {
    const plane = { sigmaB2Max: 0.4, sigmaW2Min: 0.1, sigmaW2Max: 6 };
    const results = resultsOf<IsoGammaResult>(
      startJob(engine, { kind: 'isoGamma', activation: 'erf', ...plane }),
    );
    const finest = results.at(-1);
    expect(results.map(({ rows }) => rows)).toEqual([8, 16, 32, 64]);
    for (const [row, column] of [
      [5, 80],
      [63, 95],
      [30, 60],
      [1, 40],
    ] as const) {
      const sigmaB2 = (0.4 * row) / 63;
      const sigmaW2 = 0.1 + (5.9 * column) / 95;
      const { gammaStar } = engine.fixedPoint({ activation: 'erf', sigmaW2, sigmaB2 });
      const found = finest?.gamma[row * 96 + column] ?? 0;
      expect(Math.abs(found / gammaStar - 1), `${sigmaB2}, ${sigmaW2}`).toBeLessThan(1e-6);
    }
  });

  it('stops at the second grid where fixed points take long', () => {
    const row = (_: number, sigmaW2: number[]) => ({ gammaStar: new Float64Array(sigmaW2.length) });
    const instant = { phaseMap: () => ({ row }) } as unknown as Engine;
    const plane = { sigmaB2Max: 0.4, sigmaW2Min: 0.1, sigmaW2Max: 6 };
    for (const activation of ['softplus', 'elu', 'selu', 'silu']) {
      const job = startJob(instant, { kind: 'isoGamma', activation, ...plane });
      const grids = resultsOf<IsoGammaResult>(job).map(({ rows, columns }) => [rows, columns]);
      expect(grids, activation).toEqual([
        [8, 12],
        [16, 24],
      ]);
    }
  });
});

describe('ensemble', () => {
  const request: EnsembleRequest = {
    kind: 'ensemble',
    ...described,
    sampler: 'dense',
    networks: 200,
    inputs: 50,
  };

  it('dense networks are those of the engine, one by one', () => {
    const [result] = resultsOf<EnsembleResult>(startJob(engine, request)).slice(-1);
    const inputs = engine.gaussianInputs(3, 50, 32);
    for (const network of [0, 7, 199]) {
      const run = engine.forward(
        { ...described, inputWidth: 32, classes: 2 },
        { seed: 3, network },
        inputs,
      );
      while (!run.done) run.step();
      const first = run.classes().filter((guess) => guess === 0).length;
      expect(result?.fractions[network]).toBe(first / 50);
    }
    expect(result?.gamma).toHaveLength(8);
  });

  it('the medians of one network are what the engine measures of it, layer for layer', () => {
    const [result] = resultsOf<EnsembleResult>(startJob(engine, { ...request, networks: 1 })).slice(
      -1,
    );
    const inputs = engine.gaussianInputs(3, 50, 32);
    const architecture = { ...described, inputWidth: 32, classes: 2 };
    const layers = [...engine.forward(architecture, { seed: 3, network: 0 }, inputs)].slice(0, 8);
    for (const quantity of ['q', 'c', 'gamma'] as const) {
      const measured = layers.map((layer) => layer[quantity]);
      expect(result?.[quantity], quantity).toEqual(measured);
    }
  });

  /** Two samples of one law: rejected by chance once in ten thousand seeds, and the seed is fixed. */
  it('Gram matrices give the same law, infinite width a close one', () => {
    const fractions = (sampler: EnsembleRequest['sampler'], width: number) => {
      const job = startJob(engine, { ...request, sampler, width, networks: 600 });
      return resultsOf<EnsembleResult>(job).at(-1)?.fractions ?? [];
    };
    const dense = fractions('dense', 32);
    expect(engine.compareSamples(dense, fractions('gram', 32)).pValue).toBeGreaterThan(1e-4);
    expect(engine.compareSamples(dense, fractions('kernel', 32)).distance).toBeLessThan(0.1);
    const other = resultsOf<EnsembleResult>(
      startJob(engine, { ...request, sigmaW2: 1.5, networks: 600 }),
    ).at(-1)?.fractions;
    expect(engine.compareSamples(dense, other ?? []).pValue).toBeLessThan(1e-4);
  }, 60_000);

  /** Where one layer more or less, or another variance, makes a difference that shows. */
  it('Gram matrices and infinite width have the layers of the request', () => {
    const shallow = { ...request, depth: 1, sigmaW2: 0.5, sigmaB2: 0.4, networks: 600 };
    const fractions = (sampler: EnsembleRequest['sampler']) =>
      resultsOf<EnsembleResult>(startJob(engine, { ...shallow, sampler })).at(-1)?.fractions ?? [];
    const dense = fractions('dense');
    expect(engine.compareSamples(dense, fractions('gram')).distance).toBeLessThan(0.1);
    expect(engine.compareSamples(dense, fractions('kernel')).distance).toBeLessThan(0.1);
  }, 60_000);
});

it('images get the classes that the engine gives them', () => {
  const inputs = engine.normals({ seed: 9, stream: 'inputs', layer: 0, row: 0, count: 200 * 20 });
  const request = { kind: 'images', ...described, network: 8, inputWidth: 20, inputs } as const;
  const [result] = resultsOf<ImagesResult>(startJob(engine, request));
  const architecture = { ...described, inputWidth: 20, classes: 2 };
  const run = engine.forward(architecture, { seed: 3, network: 8 }, inputs);
  while (!run.done) run.step();
  expect([...(result?.classes ?? [])]).toEqual([...run.classes()]);
  expect(result?.shown).toBe(60);
});

it('a network of known gamma is placed where theory has that gamma at its depth', () => {
  const place = { kind: 'placement', activation: 'tanh', sigmaB2: 0.1, depth: 10 } as const;
  const [result] = resultsOf<PlacementResult>(
    startJob(engine, { ...place, gamma: 2, classes: 2, inputs: 100 }),
  );
  const sigmaW2 = result?.sigmaW2 ?? 0;
  const layers = engine.trajectory({ ...place, sigmaW2 }, { count: 11 });
  expect(layers.at(-1)?.gamma).toBeCloseTo(2, 4);
  expect(result?.expected).toBeCloseTo(0.5 + Math.atan(Math.SQRT2) / Math.PI, 4);
  expect(result?.floor).toBeCloseTo(0.54, 2);
});
