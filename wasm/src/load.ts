import { WasmEngine } from './engine.js';
import { IgbLoadError } from './errors.js';
import { Library } from './library.js';
import type { Engine, EngineSource } from './types.js';

/** A module of one function that uses a vector: (i32.const 0) (i8x16.splat) (i8x16.popcnt). */
const simdProbe = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

/** Loads the module and starts an engine; without a source, the `igb.wasm` beside this file.
 * Throws `IgbLoadError`, which says what is missing. */
export async function loadEngine(
  source: EngineSource = new URL('./igb.wasm', import.meta.url),
): Promise<Engine> {
  assertSupported();
  const module = await compile(source);
  return new WasmEngine(new Library(await instantiate(module)));
}

function assertSupported(): void {
  if (typeof WebAssembly === 'undefined') {
    throw new IgbLoadError('WebAssembly is not available here; it may be turned off');
  }
  if (!WebAssembly.validate(simdProbe)) {
    throw new IgbLoadError('WebAssembly SIMD is not available here; update the browser or Node.js');
  }
}

async function compile(source: EngineSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  const binary = await fetchBinary(source);
  try {
    if (!(binary instanceof Response)) return await WebAssembly.compile(binary);
    const isWasm = binary.headers.get('content-type')?.startsWith('application/wasm');
    if (isWasm) return await WebAssembly.compileStreaming(binary);
    return await WebAssembly.compile(await binary.arrayBuffer());
  } catch (error) {
    throw new IgbLoadError(explain(error), { cause: error });
  }
}

/** Fails where the fixed memory cannot be had, or with a module that is not igb.wasm. */
async function instantiate(module: WebAssembly.Module): Promise<WebAssembly.Instance> {
  try {
    return await WebAssembly.instantiate(module, {});
  } catch (error) {
    throw new IgbLoadError(`the module does not start: ${message(error)}`, { cause: error });
  }
}

async function fetchBinary(
  source: string | URL | BufferSource | Response,
): Promise<BufferSource | Response> {
  if (typeof source !== 'string' && !(source instanceof URL)) return checkResponse(source);
  try {
    const address = new URL(source, globalThis.location?.href);
    if (address.protocol === 'file:') return await readLocal(address);
    return checkResponse(await fetch(address));
  } catch (error) {
    if (error instanceof IgbLoadError) throw error;
    throw new IgbLoadError(`cannot read the module ${source}: ${message(error)}`, { cause: error });
  }
}

function checkResponse<T extends BufferSource | Response>(source: T): T {
  if (source instanceof Response && !source.ok) {
    const { url, status, statusText } = source;
    throw new IgbLoadError(`cannot read the module ${url}: ${status} ${statusText}`);
  }
  return source;
}

/** Reads a file under Node.js, whose `fetch` does not. Bundlers must not see the import. */
async function readLocal(address: URL): Promise<BufferSource> {
  const specifier = 'node:fs/promises';
  const { readFile } = await import(/* @vite-ignore */ specifier);
  return readFile(address);
}

function explain(error: unknown): string {
  const text = message(error);
  if (/content security policy|\bcsp\b|unsafe-eval/i.test(text)) {
    return `the page's Content-Security-Policy must allow 'wasm-unsafe-eval' in script-src (${text})`;
  }
  return `the module does not compile: ${text}`;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
