// Speed of the module under Node.js: median of some repetitions, after a warm-up.
import { loadEngine } from '../dist/index.js';

const engine = await loadEngine();
const repetitions = 9;

/** Median seconds of a run of `work`. */
function seconds(work) {
  work();
  const times = Array.from({ length: repetitions }, () => {
    const start = performance.now();
    work();
    return (performance.now() - start) / 1000;
  });
  return times.sort((a, b) => a - b)[repetitions >> 1];
}

function report(name, value, unit) {
  console.log(`${name.padEnd(52)} ${value.toPrecision(4)} ${unit}`);
}

const count = 2 ** 21;
const place = { seed: 1, stream: 'weights', layer: 1, row: 0 };
report('normals', count / seconds(() => engine.normals({ ...place, count })) / 1e6, 'million/s');

for (const [width, inputs] of [
  [100, 100],
  [512, 100],
  [1000, 100],
  [64, 96 * 96],
]) {
  const network = { activation: 'tanh', sigmaW2: 2, sigmaB2: 0.1, inputWidth: width, width };
  const data = engine.gaussianInputs(1, inputs, width);
  for (const measure of [false, true]) {
    const depth = repetitions + 1;
    const run = engine.forward({ ...network, depth, classes: 2 }, { seed: 1 }, data);
    run.step({ measure });
    const time = seconds(() => run.step({ measure }));
    const name = `layer of ${width} units, ${inputs} inputs${measure ? ', measured' : ''}`;
    report(name, time * 1000, 'ms');
    report('', (2 * width * width * inputs) / time / 1e9, 'Gflop/s');
  }
}

const init = { activation: 'tanh', sigmaW2: 2, sigmaB2: 0.1 };
report('fixed point, tanh', seconds(() => engine.fixedPoint(init)) * 1e6, 'us');
report(
  'trajectory of 100 layers, tanh',
  seconds(() => engine.trajectory(init, { count: 100 })) * 1e6,
  'us',
);
report('edge of chaos, tanh', seconds(() => engine.edgeOfChaos(init)) * 1e6, 'us');
report('neutrality line, tanh', seconds(() => engine.isoGamma({ ...init, gamma: 1 })) * 1e6, 'us');
report('law of 1000 inputs', seconds(() => engine.finiteTwoClassLaw(1, 1000)) * 1e6, 'us');
