// What igb and TensorFlow.js are compared on (engine/bench/README.md): the same jobs, once in each.
// A job is { count, run }: how many pieces a run works through, and the run, which reads back what
// its user would look at.

const width = 1000;
const inputs = 100;
const classes = 2;
const sigmaW2 = 2;
/** Of the ensemble. */
const networks = 3;
const depth = 20;
/** Of the network that is only computed, not measured. */
const layers = 4;
/** Normals are drawn into arrays that fit into the cache. */
const arrays = 64;
const normals = 2 ** 16;

/** Sum of `work` over 0, 1, ... */
function total(times, work) {
  let sum = 0;
  for (let i = 0; i < times; i += 1) sum += work(i);
  return sum;
}

export function igbJobs(engine) {
  const data = engine.gaussianInputs(1, inputs, width);
  const shape = { activation: 'relu', sigmaW2, sigmaB2: 0, inputWidth: width, width, classes };

  const out = new Float32Array(normals);

  function normalsOfRow(row) {
    const place = { seed: 1, stream: 'weights', layer: 1, row };
    return engine.normals({ ...place, count: normals, out }).length;
  }

  /** To the output, so that the activation of the last hidden layer is among the work. */
  function computeLayers() {
    const forward = engine.forward({ ...shape, depth: layers }, { seed: 1 }, data);
    while (!forward.done) {
      forward.step({ measure: false });
      forward.preactivations();
    }
  }

  /** Correlation of the inputs after the last hidden layer. */
  function measureNetwork(network) {
    const reports = [...engine.forward({ ...shape, depth }, { seed: 2, network }, data)];
    return reports[depth - 1].c;
  }

  return {
    normals: { count: arrays * normals, run: () => total(arrays, normalsOfRow) },
    layer: { count: layers, run: computeLayers },
    ensemble: { count: 1, run: () => total(networks, measureNetwork) / networks },
  };
}

/** With an input a column, [units, inputs]: TensorFlow.js packs the right factor of a product anew,
 * so the fresh weights had better be the left one (33 ms a layer instead of 38). */
export function tfjsJobs(tf) {
  const data = tf.randomNormal([width, inputs]);
  const scale = Math.sqrt(sigmaW2 / width);
  const preactivations = (x, units) => tf.matMul(tf.randomNormal([units, width], 0, scale), x);

  function drawNormals() {
    tf.randomNormal([normals]).dispose();
    return normals;
  }

  function computeLayers() {
    let x = data;
    total(layers, () => {
      x = tf.tidy(() => tf.relu(preactivations(x, width)));
      return x.dataSync().length;
    });
  }

  /** Mean and variance of each unit over the inputs, correlations of the inputs; of these, what igb
   * reports is read back. */
  function moments(h) {
    const { mean, variance } = tf.moments(h, 1);
    const rows = tf.transpose(h);
    const norm = tf.rsqrt(tf.sum(tf.square(rows), 1, true));
    const correlations = tf.mul(tf.mul(tf.matMul(rows, h), norm), tf.transpose(norm));
    const [sum] = tf.sum(correlations).dataSync();
    const [sigmaMu2] = tf.mean(tf.square(mean)).dataSync();
    const [sigmaY2] = tf.mean(variance).dataSync();
    return { sigmaMu2, sigmaY2, c: (sum - inputs) / (inputs * (inputs - 1)) };
  }

  function measureNetwork() {
    let x = data;
    let c = 0;
    total(depth, () => {
      x = tf.tidy(() => {
        const h = preactivations(x, width);
        c = moments(h).c;
        return tf.relu(h);
      });
      return 1;
    });
    tf.tidy(() => moments(preactivations(x, classes)));
    return c;
  }

  // The outer tidy disposes of what the layers hand on, the inner ones of all else at once.
  return {
    normals: { count: arrays * normals, run: () => total(arrays, drawNormals) },
    layer: { count: layers, run: () => tf.tidy(computeLayers) },
    ensemble: { count: 1, run: () => total(networks, () => tf.tidy(measureNetwork)) / networks },
  };
}
