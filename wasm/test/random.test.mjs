import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engine, readCells } from './support.mjs';

const streams = ['weights', 'biases', 'inputs'];

/** FNV-1a, 64 bits, over the little-endian bytes of the floats, row after row. */
function hashNormals(row) {
  let hash = 0xcbf29ce484222325n;
  for (let r = 0; r < Number(row.rows); r += 1) {
    const values = engine.normals({
      seed: BigInt(row.seed),
      network: Number(row.network),
      stream: streams[row.stream],
      layer: Number(row.layer),
      row: Number(row.first_row) + r,
      firstColumn: Number(row.first_column),
      count: Number(row.columns),
    });
    for (const byte of new Uint8Array(values.buffer)) {
      hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
    }
  }
  return hash.toString(16);
}

test('normals have the golden hash of every other target', () => {
  const rows = readCells('normals_hash');
  assert.ok(rows.length >= 4);
  for (const row of rows) assert.equal(hashNormals(row), BigInt(`0x${row.fnv1a64}`).toString(16));
});

test('Gaussian inputs are the normals of their stream', () => {
  const inputs = engine.gaussianInputs(6, 3, 7);
  const row = engine.normals({ seed: 6, stream: 'inputs', layer: 0, row: 2, count: 7 });
  assert.deepEqual(inputs.subarray(14), row);
});

test('an entry does not depend on where a row is cut', () => {
  const place = { seed: 1, network: 2, stream: 'weights', layer: 3, row: 4 };
  const row = engine.normals({ ...place, count: 40 });
  for (let firstColumn = 0; firstColumn < 9; firstColumn += 1) {
    const part = engine.normals({ ...place, firstColumn, count: 31 });
    assert.deepEqual(part, row.slice(firstColumn, firstColumn + 31));
  }
});

test('normals fill the array that they are given, and nothing around it', () => {
  const place = { seed: 1, network: 2, stream: 'weights', layer: 3, row: 4, count: 5 };
  const around = new Float32Array(7).fill(9);
  const out = around.subarray(1, 6);
  assert.equal(engine.normals({ ...place, out }), out);
  assert.deepEqual(around, Float32Array.of(9, ...engine.normals(place), 9));
});
