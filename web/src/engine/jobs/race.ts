import { type Engine, IgbError } from 'igb';
import type { PlanarName } from '../../model/params';
import type { Lesson, RaceCurve, RaceRequest, RaceResult } from '../protocol';

const batch = 50;
const learningRate = 0.01;
const [planarTrain, planarTest] = [1000, 500];
const noise = 0.2;
const measurementsPerDecade = 12;
const turnMilliseconds = 60;

type Training = ReturnType<Engine['training']>;

interface Runner {
  curve: RaceCurve;
  training: Training;
}

function planar(engine: Engine, kind: PlanarName, seed: number, network: number): Lesson {
  const count = network === 0 ? planarTrain : planarTest;
  const { inputs, labels } = engine.planarSet(
    { kind, noise, classes: 2 },
    { seed, network },
    count,
  );
  return { inputs, labels: Uint16Array.from(labels) };
}

/** Whether a race is measured at this step: at 0, the last, and on a logarithmic grid. */
export function isMeasured(step: number, last: number): boolean {
  const place = (n: number) => Math.floor(measurementsPerDecade * Math.log10(n));
  return step < 2 || step === last || place(step) !== place(step - 1);
}

function measure({ curve, training }: Runner, step: number, test: Lesson): void {
  const run = training.forward(test.inputs);
  while (!run.done) run.step({ measure: false });
  const guesses = run.classes();
  let right = 0;
  let first = 0;
  guesses.forEach((guess, i) => {
    right += guess === test.labels[i] ? 1 : 0;
    first += guess === 0 ? 1 : 0;
  });
  curve.steps.push(step);
  curve.accuracy.push(right / guesses.length);
  curve.maxFrequency.push(Math.max(first, guesses.length - first) / guesses.length);
}

function miniBatch(engine: Engine, { seed }: RaceRequest, train: Lesson, step: number): Lesson {
  const count = train.labels.length;
  const width = train.inputs.length / count;
  const perEpoch = Math.floor(count / batch);
  const epoch = Math.floor(step / perEpoch);
  const order = engine.shuffled(seed, epoch, count, {
    first: (step % perEpoch) * batch,
    length: batch,
  });
  const inputs = new Float32Array(batch * width);
  const labels = new Uint16Array(batch);
  order.forEach((input, i) => {
    inputs.set(train.inputs.subarray(input * width, (input + 1) * width), i * width);
    labels[i] = train.labels[input] as number;
  });
  return { inputs, labels };
}

/** What `act` does, unless the numbers of the network overflow: then it is lost. */
function unlessLost({ curve }: Runner, act: () => void): void {
  if (curve.lost) return;
  try {
    act();
  } catch (error) {
    if (!(error instanceof IgbError && error.status === 'non_finite')) throw error;
    curve.lost = true;
  }
}

/** Networks that learn side by side, from mini-batches in the same order. */
export function* race(engine: Engine, request: RaceRequest): Generator<RaceResult | null> {
  const { data, seed, steps, sigmaW2 } = request;
  const train = typeof data === 'string' ? planar(engine, data, seed, 0) : data.train;
  const test = typeof data === 'string' ? planar(engine, data, seed, 1) : data.test;
  const inputWidth = train.inputs.length / train.labels.length;
  const runners: Runner[] = [];
  const result = (step: number): RaceResult => ({
    kind: 'race',
    step,
    steps,
    curves: structuredClone(runners.map(({ curve }) => curve)),
  });
  try {
    for (const value of sigmaW2) {
      const { activation, sigmaB2, depth, width } = request;
      const architecture = {
        activation,
        sigmaW2: value,
        sigmaB2,
        depth,
        width,
        inputWidth,
        classes: 2,
      };
      runners.push({
        curve: { sigmaW2: value, steps: [], accuracy: [], maxFrequency: [], lost: false },
        training: engine.training(architecture, { seed }, { learningRate, batch }),
      });
    }
    let turnStarted = performance.now();
    for (let step = 0; step <= steps && runners.length > 0; ++step) {
      if (isMeasured(step, steps)) {
        for (const runner of runners) unlessLost(runner, () => measure(runner, step, test));
        yield result(step);
        turnStarted = performance.now();
      }
      if (step === steps) break;
      const lesson = miniBatch(engine, request, train, step);
      for (const runner of runners) {
        unlessLost(runner, () => runner.training.trainStep(lesson.inputs, lesson.labels));
      }
      if (performance.now() - turnStarted > turnMilliseconds) {
        yield null;
        turnStarted = performance.now();
      }
    }
  } finally {
    for (const { training } of runners) training.end();
  }
}
