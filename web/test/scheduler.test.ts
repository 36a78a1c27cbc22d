import type { Engine } from 'igb';
import { expect, it, vi } from 'vitest';
import type { FromWorker, RaceRequest, TheoryRequest } from '../src/engine/protocol';
import { Scheduler } from '../src/engine/scheduler';

const request: TheoryRequest = {
  kind: 'theory',
  activation: 'tanh',
  sigmaW2: 4,
  sigmaB2: 0.1,
  depth: 3,
  inputs: 10,
};

/** An engine that only records about which sigma_w2 it was asked for trajectory and fixed point. */
function recorder(asked: number[], fixed: number[]): Engine {
  return {
    trajectory: ({ sigmaW2 }: { sigmaW2: number }) => {
      asked.push(sigmaW2);
      if (sigmaW2 < 0) throw new RangeError('sigma_w2 = -1 is not allowed');
      return [{ q: 1, c: 0.5, gamma: 1 }];
    },
    fixedPoint: ({ sigmaW2 }: { sigmaW2: number }) => {
      fixed.push(sigmaW2);
      return {};
    },
    edgeOfChaos: () => null,
    isoGamma: () => null,
    finiteTwoClassLaw: () => new Float64Array(11),
  } as unknown as Engine;
}

function setUp() {
  const asked: number[] = [];
  const fixed: number[] = [];
  const posted: FromWorker[] = [];
  const turns: (() => void)[] = [];
  const scheduler = new Scheduler(
    recorder(asked, fixed),
    (message) => posted.push(message),
    () => new Promise((resolve) => turns.push(resolve)),
  );
  const turn = async () => {
    turns.shift()?.();
    await new Promise((resolve) => setTimeout(resolve));
  };
  const finish = async () => {
    while (turns.length > 0) await turn();
  };
  return { asked, fixed, posted, scheduler, turn, finish };
}

it('the latest request of a kind wins, the ones before are never computed', async () => {
  const { asked, posted, scheduler, finish } = setUp();
  for (const sigmaW2 of [1, 2, 3]) scheduler.run(1, sigmaW2, { ...request, sigmaW2 });
  await finish();
  expect(asked).toEqual([3]);
  expect(posted.map(({ type }) => type)).toEqual(['result', 'done']);
});

it('a newer point stops the theory of an older one between its parts', async () => {
  const { asked, fixed, posted, scheduler, turn, finish } = setUp();
  scheduler.run(1, 1, { ...request, sigmaW2: 1 });
  await turn();
  scheduler.run(1, 2, { ...request, sigmaW2: 2 });
  await finish();
  expect(asked).toEqual([1, 2]);
  expect(fixed).toEqual([2]);
  expect(posted.map((message) => 'revision' in message && message.revision)).toEqual([2, 2]);
});

/** An engine for class maps, of networks that say nothing; `asked` hears how many inputs they get. */
function mapper(asked: number[]): Engine {
  return {
    planeInputs: (_seed: number, width: number, side: number) =>
      new Float32Array(side * side * width),
    forward: (_architecture: unknown, _draw: unknown, inputs: Float32Array) => {
      asked.push(inputs.length / 2);
      return { done: true, preactivations: () => new Float32Array(inputs.length) };
    },
  } as unknown as Engine;
}

const network = { activation: 'tanh', sigmaW2: 4, sigmaB2: 0.1, depth: 3, width: 2, seed: 1 };
const rest = () => new Promise((resolve) => setTimeout(resolve, 150));

it('draws drafts of a map while points follow each other, and the finest one after a rest', async () => {
  const asked: number[] = [];
  const posted: FromWorker[] = [];
  const scheduler = new Scheduler(
    mapper(asked),
    (message) => posted.push(message),
    () => Promise.resolve(),
  );
  for (const revision of [1, 2, 3]) {
    scheduler.run(1, revision, { kind: 'map', network: 0, ...network });
    await new Promise((resolve) => setTimeout(resolve));
  }
  expect(posted.map(({ type }) => type)).toEqual(['result', 'result', 'result']);
  await rest();
  expect(posted.at(-1)).toMatchObject({ type: 'done', revision: 3 });
  expect(posted.at(-2)).toMatchObject({ revision: 3, result: { resolution: 112 } });
  expect(posted).toHaveLength(5);
  expect(asked[0]).toBeLessThan(112 ** 2);
});

it('a map that rests keeps no other job waiting, and can be dropped', async () => {
  const posted: FromWorker[] = [];
  const scheduler = new Scheduler(
    mapper([]),
    (message) => posted.push(message),
    () => Promise.resolve(),
  );
  scheduler.run(1, 1, { kind: 'map', network: 0, ...network });
  scheduler.run(2, 2, { kind: 'map', network: 1, ...network });
  await new Promise((resolve) => setTimeout(resolve));
  expect(posted.map((message) => 'lab' in message && message.lab)).toEqual([1, 2]);
  scheduler.drop({ lab: 1, kind: 'map' });
  await rest();
  expect(posted.slice(2).map((message) => 'lab' in message && message.lab)).toEqual([2, 2]);
});

it('what rests waits for all else, however long that takes', async () => {
  const asked: number[] = [];
  const order: string[] = [];
  const turns: (() => void)[] = [];
  const engine = {
    ...mapper(asked),
    edgeOfChaos: () => null,
    isoGamma: () => null,
    fixedPoint: () => ({ phase: 'ordered' }),
    phaseMap: () => ({ row: () => ({ gammaStar: new Float64Array(1) }) }),
  } as unknown as Engine;
  const scheduler = new Scheduler(
    engine,
    (message) => order.push('kind' in message ? message.kind : message.type),
    () => new Promise((resolve) => turns.push(resolve)),
  );
  const plane = { activation: 'tanh', sigmaB2Max: 0.4, sigmaW2Min: 0.1, sigmaW2Max: 6 };
  scheduler.run(1, 1, { kind: 'isoGamma', ...plane });
  scheduler.run(1, 2, { kind: 'lines', ...plane });
  const turn = () => {
    turns.shift()?.();
    return new Promise((resolve) => setTimeout(resolve));
  };
  for (let i = 0; i < 10; ++i) await turn();
  await rest();
  while (!order.includes('lines')) await turn();
  expect(order).not.toContain('isoGamma');
  await rest();
  while (!order.includes('isoGamma')) await turn();
});

it('small maps leave half of the time to others at first, where processors are few', async () => {
  for (const few of [false, true]) {
    const pauses: number[] = [];
    const busy = {
      ...mapper([]),
      planeInputs: (_seed: number, width: number, side: number) => {
        const end = performance.now() + 5;
        while (performance.now() < end);
        return new Float32Array(side * side * width);
      },
    } as Engine;
    const pause = async (milliseconds: number) => {
      pauses.push(milliseconds);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
    };
    const scheduler = new Scheduler(busy, () => undefined, pause, few);
    scheduler.run(1, 1, { kind: 'tiles', networks: 24, ...network });
    await vi.waitFor(() => expect(pauses).toHaveLength(49), 2000);
    expect(pauses[0]).toBe(0);
    // A step takes 5 ms or more; after 200 ms nothing waits any more.
    expect(pauses.slice(1, 5).every((pause) => pause >= 5)).toBe(few);
    expect(pauses.slice(1, 5).some((pause) => pause > 0)).toBe(few);
    expect(pauses.at(-1)).toBe(0);
  }
});

it('a newer race ends the networks of the older one', async () => {
  let alive = 0;
  const run = { done: true, step: () => undefined, classes: () => new Uint16Array(1) };
  const engine = {
    training: () => {
      alive += 1;
      return {
        trainStep: () => undefined,
        forward: () => run,
        end: () => {
          alive -= 1;
        },
      };
    },
    shuffled: () => Uint32Array.of(0),
  } as unknown as Engine;
  const turns: (() => void)[] = [];
  const pause = () => new Promise<void>((resolve) => turns.push(resolve));
  const scheduler = new Scheduler(engine, () => undefined, pause);
  const lesson = { inputs: new Float32Array(2), labels: new Uint16Array(1) };
  const race: RaceRequest = {
    kind: 'race',
    activation: 'tanh',
    sigmaB2: 0,
    sigmaW2: [1, 2],
    depth: 1,
    width: 2,
    seed: 1,
    steps: 100,
    data: { train: lesson, test: lesson },
  };
  const turn = async () => {
    turns.shift()?.();
    await new Promise((resolve) => setTimeout(resolve));
  };
  scheduler.run(1, 1, race);
  await turn();
  expect(alive).toBe(2);
  scheduler.run(1, 2, { ...race, sigmaW2: [] });
  while (turns.length > 0) await turn();
  expect(alive).toBe(0);
});

it('labs do not replace the requests of each other, and can drop their own', async () => {
  const { asked, posted, scheduler, finish } = setUp();
  scheduler.run(1, 1, { ...request, sigmaW2: 1 });
  scheduler.run(2, 2, { ...request, sigmaW2: 2 });
  scheduler.run(3, 3, { ...request, sigmaW2: 3 });
  scheduler.drop({ lab: 2, kind: 'theory' });
  await finish();
  expect(asked).toEqual([1, 3]);
  expect(posted.map((message) => 'lab' in message && message.lab)).toEqual([1, 1, 3, 3]);
});

it('reports an error of the engine with its message and goes on', async () => {
  const { posted, scheduler, turn, finish } = setUp();
  scheduler.run(1, 1, { ...request, sigmaW2: -1 });
  await turn();
  expect(posted).toEqual([
    {
      type: 'failed',
      lab: 1,
      revision: 1,
      kind: 'theory',
      failure: { name: 'RangeError', message: 'sigma_w2 = -1 is not allowed' },
    },
  ]);
  scheduler.run(1, 2, request);
  await finish();
  expect(posted.slice(1)).toMatchObject([
    { type: 'result', revision: 2 },
    { type: 'done', revision: 2 },
  ]);
});
