import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { readHeader } from '../scripts/header.mjs';
import { engine, modulePath } from './support.mjs';

const binary = readFileSync(modulePath);
const module = new WebAssembly.Module(binary);

test('the module imports nothing', (t) => {
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  t.diagnostic(`size: ${binary.length} bytes, ${gzipSync(binary).length} compressed`);
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

test('data and stack leave 63 MiB to the caller', () => {
  assert.ok(engine.capacity >= 63 * 2 ** 20, `${engine.capacity}`);
});

test('the version is that of the package', () => {
  const manifest = readFileSync(new URL('../package.json', import.meta.url));
  assert.equal(engine.version, JSON.parse(manifest).version);
});
