import { IgbLoadError } from './errors.js';
import type { Engine, EngineSource } from './types.js';

/** Loads the module; without a source, the `igb.wasm` that lies beside this file. */
export async function loadEngine(_source?: EngineSource): Promise<Engine> {
  throw new IgbLoadError('the module is not built yet');
}
