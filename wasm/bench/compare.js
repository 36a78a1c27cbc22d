import { igbJobs, tfjsJobs } from './jobs.js';

const warmUps = 3;
const repetitions = {
  normals: 5,
  layer: 5,
  ensemble: 1,
  train_sgd: 5,
  train_adam: 5,
  train_sgd_transposed: 5,
  train_adam_transposed: 5,
};

/** The wasm backend, its module with SIMD, in one thread; anything else is an error. */
async function startTfjs(tf, { setThreadsCount }) {
  setThreadsCount(1);
  const found = {
    started: await tf.setBackend('wasm'),
    simd: await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'),
    threads: await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT'),
    backend: tf.getBackend(),
  };
  const wanted = { started: true, simd: true, threads: false, backend: 'wasm' };
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`TensorFlow.js runs with ${JSON.stringify(found)}`);
  }
}

function timed(job) {
  const start = performance.now();
  const result = job.run();
  return { milliseconds: (performance.now() - start) / job.count, result };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Both jobs in turns: median milliseconds of a piece of each, and the results of the last run. */
function inTurns(igb, tfjs, times) {
  for (let i = 0; i < warmUps; i += 1) {
    igb.run();
    tfjs.run();
  }
  const runs = Array.from({ length: times }, () => ({ igb: timed(igb), tfjs: timed(tfjs) }));
  const report = (side) => ({
    milliseconds: median(runs.map((run) => run[side].milliseconds)),
    result: runs.at(-1)[side].result,
  });
  return { igb: report('igb'), tfjs: report('tfjs') };
}

/** Runs every job in igb and in TensorFlow.js: { tfjs: its version, normals, layer, ... }, each { igb, tfjs }
 * of { milliseconds, result }. */
export async function compare(engine, tf, backend) {
  await startTfjs(tf, backend);
  const [ours, theirs] = [igbJobs(engine), tfjsJobs(tf)];
  const { numTensors } = tf.memory();
  const report = { tfjs: tf.version_core };
  for (const [name, times] of Object.entries(repetitions)) {
    report[name] = inTurns(ours[name], theirs[name], times);
  }
  if (tf.memory().numTensors !== numTensors) throw new Error('tensors were not disposed of');
  return report;
}
