import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { loadEngine } from 'igb';

export const modulePath = new URL(import.meta.resolve('igb/igb.wasm'));
export const engine = await loadEngine();

/** Rows of tests/reference/NAME.csv, cells as text. */
export function readCells(name) {
  const path = new URL(`../../tests/reference/${name}.csv`, import.meta.url);
  const [header, ...rows] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  const columns = header.split(',');
  return rows.map((row) => Object.fromEntries(row.split(',').map((cell, i) => [columns[i], cell])));
}

/** The same, with numbers where a cell is one. */
export function readReference(name) {
  const value = (cell) => (Number.isNaN(Number(cell)) ? cell : Number(cell));
  return readCells(name).map((row) =>
    Object.fromEntries(Object.entries(row).map(([column, cell]) => [column, value(cell)])),
  );
}

/** Relative comparison without an absolute floor: 0 equals only 0. */
export function assertClose(actual, expected, tolerance, what) {
  const equal = actual === expected;
  const close = Math.abs(actual - expected) <= tolerance * Math.abs(expected);
  assert.ok(equal || close, `${what}: ${actual} instead of ${expected}`);
}

/** The error that `call` throws. */
export function thrown(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  assert.fail('nothing was thrown');
}
