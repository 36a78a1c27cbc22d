import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { WasmEngine } from '../dist/engine.js';
import { loadEngine } from '../dist/index.js';
import { Library } from '../dist/library.js';
import { readHeader } from '../scripts/header.mjs';
import { engine, modulePath } from './support.mjs';

const binary = readFileSync(modulePath);
const module = new WebAssembly.Module(binary);

test('the module imports nothing', () => {
  assert.deepEqual(WebAssembly.Module.imports(module), []);
});

// Emscripten 3.1.69 of Debian 13 makes 1 to 2 kB more than 3.1.6 of Debian 12, and some versions of
// zlib compress less well: so much room is in these.
for (const [name, most] of [
  ['igb.wasm', 166_000],
  ['igb-core.wasm', 120_000], // what a page may load before its reader asks for more
]) {
  test(`${name} is no larger than ${most} bytes, compressed`, (t) => {
    const bytes = readFileSync(new URL(name, modulePath));
    const size = gzipSync(bytes, { level: 9 }).length;
    t.diagnostic(`size: ${bytes.length} bytes, ${size} compressed`);
    assert.ok(size <= most, `${size} bytes compressed, at most ${most} are allowed`);
  });
}

test('the core gives the same numbers as the whole module', async () => {
  const core = await loadEngine(readFileSync(new URL('igb-core.wasm', modulePath)));
  const init = { activation: 'tanh', sigmaW2: 2, sigmaB2: 0.1 };
  const both = [core, engine].map((of) => {
    const run = of.forward(
      { ...init, inputWidth: 20, width: 30, depth: 4, classes: 2 },
      { seed: 1 },
      of.gaussianInputs(1, 10, 20),
    );
    const reports = [...run];
    const outputs = run.preactivations();
    return {
      fixed: of.fixedPoint(init),
      layers: of.trajectory(init, { count: 5 }),
      edge: of.edgeOfChaos(init),
      map: of.phaseMap(init).row(0.1, [1, 2, 3]),
      law: of.finiteTwoClassLaw(2, 10),
      reports,
      outputs,
    };
  });
  assert.deepEqual(both[0], both[1]);
});

test('the module exports every function of igb.h', () => {
  const exported = WebAssembly.Module.exports(module).map(({ name }) => name);
  const functions = exported.filter((name) => name.startsWith('igb_')).sort();
  assert.ok(functions.length > 20);
  assert.deepEqual(functions, Object.keys(readHeader().functions).sort());
});

test('the memory is fixed', () => {
  const { memory } = new WebAssembly.Instance(module, {}).exports;
  assert.equal(memory.buffer.byteLength, 64 * 2 ** 20);
  assert.throws(() => memory.grow(1), RangeError);
});

test('no allocator is linked: nothing asks for the size of the memory or for more of it', () => {
  const text = execFileSync('wasm-dis', [fileURLToPath(modulePath)], { maxBuffer: 2 ** 28 });
  assert.match(text.toString(), /\(export "igb_forward_begin"/);
  assert.doesNotMatch(text.toString(), /memory\.(grow|size)/);
});

test('no call needs more than half of the stack', (t) => {
  const cmake = readFileSync(new URL('../CMakeLists.txt', import.meta.url), 'utf8');
  const size = Number(/IGB_WASM_STACK_BYTES (\d+)/.exec(cmake)[1]);
  const instance = new WebAssembly.Instance(module, {});
  const painted = new WasmEngine(new Library(instance));
  // It lies below the data and grows downwards: what was written to shows how far.
  const stack = new Uint8Array(instance.exports.memory.buffer, 0, size);
  stack.fill(0xa5, 0, size / 2);
  const shape = { inputWidth: 30, width: 70, depth: 3, classes: 10 };
  for (const activation of painted.activations) {
    const init = { activation, sigmaW2: 2, sigmaB2: 0.1 };
    painted.fixedPoint(init);
    painted.trajectory(init, { count: 5 });
    painted.edgeOfChaos(init);
    painted.isoGamma({ ...init, gamma: 1 });
    painted.varianceLine(init);
    painted.edgeOfChaosPoints(init);
    painted.recommend({ ...init, depth: 3, classes: 3 });
    painted.phaseMap(init).row(0.1, [1.5, 2, 3]);
    const kernel = painted.kernel(init, { covariances: [1, 0.5, 0.5, 2] });
    kernel.step();
    kernel.step();
    for (const kind of painted.blocks.filter((kind) => kind !== 'residual_after')) {
      const block = { kind, pool: 3, keep: 0.5, residualDepth: 9 };
      painted.trajectory({ ...init, block }, { c0: 0.5, count: 2 });
    }
    const data = painted.gaussianInputs(1, 50, 30);
    assert.equal([...painted.forward({ ...init, ...shape }, { seed: 1 }, data)].length, 4);
    const rule = { optimiser: 'adam', learningRate: 0.01, batch: 50 };
    const training = painted.training({ ...init, ...shape }, { seed: 1 }, rule);
    training.trainStep(data, new Uint16Array(50));
    training.restore(training.save());
    assert.equal([...training.forward(data)].length, 4);
    training.end();
  }
  painted.finiteTwoClassLaw(1, 100);
  painted.law(1).quantile(0.3);
  painted.manyClassLaw(5, 1).finiteMeanMaxFrequency(100, { seed: 1 }, 5);
  painted.nullMeanMaxFrequency(5, 100);
  painted.frequencyVariance(3, { correlations: [1, 0.5, 0.5, 1] });
  painted.gammaOfFrequency(5, 0.5);
  painted.describeActivation({ expression: 'max(-1, x / (1 + abs(x)))' });
  painted.planeInputs(1, 10, 10, 1);
  for (const kind of painted.planarSets) painted.planarSet({ kind }, { seed: 1 }, 10);
  painted.shuffled(1, 0, 1000);
  assert.throws(() => painted.law(NaN), /gamma/);
  assert.ok(
    stack.subarray(0, size / 2).every((byte) => byte === 0xa5),
    'the lower half was written to',
  );
  t.diagnostic(`stack: at most ${size / 2} of ${size} bytes used`);
});

test('data and stack leave 63 MiB to the caller', () => {
  assert.ok(engine.capacity >= 63 * 2 ** 20, `${engine.capacity}`);
});

test('the version is that of the package', () => {
  const manifest = readFileSync(new URL('../package.json', import.meta.url));
  assert.equal(engine.version, JSON.parse(manifest).version);
});
