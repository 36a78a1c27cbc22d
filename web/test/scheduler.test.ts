import type { Engine } from 'igb';
import { expect, it } from 'vitest';
import type { FromWorker, TheoryRequest } from '../src/engine/protocol';
import { Scheduler } from '../src/engine/scheduler';

const request: TheoryRequest = {
  kind: 'theory',
  activation: 'tanh',
  sigmaW2: 4,
  sigmaB2: 0.1,
  depth: 3,
  inputs: 10,
};

/** An engine that only records which sigma_w2 it was asked about. */
function recorder(asked: number[]): Engine {
  return {
    trajectory: ({ sigmaW2 }: { sigmaW2: number }) => {
      asked.push(sigmaW2);
      if (sigmaW2 < 0) throw new RangeError('sigma_w2 = -1 is not allowed');
      return [{ q: 1, c: 0.5, gamma: 1 }];
    },
    fixedPoint: () => ({}),
    edgeOfChaos: () => null,
    isoGamma: () => null,
    finiteTwoClassLaw: () => new Float64Array(11),
  } as unknown as Engine;
}

function setUp() {
  const asked: number[] = [];
  const posted: FromWorker[] = [];
  const turns: (() => void)[] = [];
  const scheduler = new Scheduler(
    recorder(asked),
    (message) => posted.push(message),
    () => new Promise((resolve) => turns.push(resolve)),
  );
  const turn = async () => {
    turns.shift()?.();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { asked, posted, scheduler, turn };
}

it('the latest request of a kind wins, the ones before are never computed', async () => {
  const { asked, posted, scheduler, turn } = setUp();
  for (const sigmaW2 of [1, 2, 3]) scheduler.run(sigmaW2, { ...request, sigmaW2 });
  await turn();
  await turn();
  expect(asked).toEqual([3]);
  expect(posted.map(({ type }) => type)).toEqual(['result', 'done']);
});

it('reports an error of the engine with its message and goes on', async () => {
  const { posted, scheduler, turn } = setUp();
  scheduler.run(1, { ...request, sigmaW2: -1 });
  await turn();
  expect(posted).toEqual([
    {
      type: 'failed',
      revision: 1,
      kind: 'theory',
      failure: { name: 'RangeError', message: 'sigma_w2 = -1 is not allowed' },
    },
  ]);
  scheduler.run(2, request);
  await turn();
  expect(posted.at(-1)).toMatchObject({ type: 'result', revision: 2 });
});
