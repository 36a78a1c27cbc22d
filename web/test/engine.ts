import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Engine, loadEngine } from 'igb';
import type { Job } from '../src/engine/jobs';
import type { Result } from '../src/engine/protocol';

const file = fileURLToPath(new URL('../../build/wasm/igb.wasm', import.meta.url));

/** The engine that the page runs, here in Node.js. */
export async function startEngine(): Promise<Engine> {
  return loadEngine(await readFile(file));
}

/** All results of a job. */
export function resultsOf<R extends Result>(job: Job): R[] {
  return [...job].filter((value): value is R => value !== null && typeof value === 'object');
}
