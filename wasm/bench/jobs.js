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
/** The network that learns a mini-batch by heart, that of engine/bench/main_job.hpp; steps of a run. */
const lesson = {
  inputWidth: 784,
  width: 128,
  depth: 30,
  classes: 2,
  batch: 100,
  sigmaW2: 1.98,
  sigmaB2: 0.1,
  rates: { sgd: 2e-3, adam: 2e-4 },
};
const steps = 3;
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

  /** Every job with a training of its own goes on where it was; the loss of its last step. */
  function learn(optimiser) {
    const { batch, rates, inputWidth, ...rest } = lesson;
    const training = engine.training(
      { activation: 'tanh', inputWidth, ...rest },
      { seed: 1 },
      { optimiser, learningRate: rates[optimiser], batch },
    );
    const images = engine.gaussianInputs(1, batch, inputWidth);
    const labels = Uint16Array.from({ length: batch }, (_, a) => a % lesson.classes);
    const run = () => {
      total(steps, () => {
        training.trainStep(images, labels);
        return 1;
      });
      return training.loss;
    };
    return { count: steps, run };
  }

  return {
    normals: { count: arrays * normals, run: () => total(arrays, normalsOfRow) },
    layer: { count: layers, run: computeLayers },
    ensemble: { count: 1, run: () => total(networks, measureNetwork) / networks },
    train_sgd: learn('sgd'),
    train_adam: learn('adam'),
    train_sgd_transposed: learn('sgd'),
    train_adam_transposed: learn('adam'),
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

  /** Steps with the gradients by hand, since tfjs-core's bundles have none: without a tape, the operations
   * are those that its gradients of matMul and tanh consist of. Its products transpose as they go
   * (`transposed`: false), which takes several times as long as after tf.transpose (true). */
  function learn(optimiser, transposed) {
    const { inputWidth, batch, rates } = lesson;
    const sizes = Array.from({ length: lesson.depth + 1 }, (_, layer) => [
      layer === 0 ? inputWidth : lesson.width,
      layer === lesson.depth ? lesson.classes : lesson.width,
    ]);
    let seed = 0;
    const normal = (shape, variance) => {
      seed += 1;
      return tf.variable(tf.randomNormal(shape, 0, Math.sqrt(variance), 'float32', seed));
    };
    const weights = sizes.map(([from, to]) => normal([from, to], lesson.sigmaW2 / from));
    const biases = sizes.map(([, to]) => normal([to], lesson.sigmaB2));
    const images = normal([batch, inputWidth], 1);
    const oneHot = tf.tensor2d(
      Array.from({ length: batch }, (_, a) => [1 - (a % 2), a % 2]),
      [batch, 2],
    );
    const rule = tf.train[optimiser](rates[optimiser]);
    const byWeights = (x, d) =>
      transposed ? tf.matMul(tf.transpose(x), d) : tf.matMul(x, d, true, false);
    const byFeatures = (d, w) =>
      transposed ? tf.matMul(d, tf.transpose(w)) : tf.matMul(d, w, false, true);

    function step() {
      const features = [images];
      let h = images;
      weights.forEach((w, layer) => {
        if (layer > 0) features.push(tf.tanh(h));
        h = tf.add(tf.matMul(features[layer], w), biases[layer]);
      });
      const chances = tf.softmax(h);
      const loss = tf.neg(tf.mean(tf.log(tf.sum(tf.mul(chances, oneHot), 1))));
      let d = tf.div(tf.sub(chances, oneHot), batch);
      const gradients = [];
      for (let layer = lesson.depth; layer >= 0; layer -= 1) {
        const x = features[layer];
        gradients.push(
          { name: weights[layer].name, tensor: byWeights(x, d) },
          { name: biases[layer].name, tensor: tf.sum(d, 0) },
        );
        if (layer > 0) d = tf.mul(byFeatures(d, weights[layer]), tf.sub(1, tf.square(x)));
      }
      rule.applyGradients(gradients);
      return loss.dataSync()[0];
    }

    const run = () => {
      let loss = 0;
      total(steps, () => {
        loss = tf.tidy(step);
        return 1;
      });
      return loss;
    };
    tf.tidy(step); // adam makes its state
    return { count: steps, run };
  }

  // The outer tidy disposes of what the layers hand on, the inner ones of all else at once.
  return {
    normals: { count: arrays * normals, run: () => total(arrays, drawNormals) },
    layer: { count: layers, run: () => tf.tidy(computeLayers) },
    ensemble: { count: 1, run: () => total(networks, () => tf.tidy(measureNetwork)) / networks },
    train_sgd: learn('sgd', false),
    train_adam: learn('adam', false),
    train_sgd_transposed: learn('sgd', true),
    train_adam_transposed: learn('adam', true),
  };
}
