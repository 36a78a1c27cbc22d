/** The engine and its worker as files beside the page; assets-inline.ts has them within the script. */
import wholeUrl from 'igb/igb.wasm?url';
import coreUrl from 'igb/igb-core.wasm?url';
import type { ModuleName } from './pool';

/** Throws where the file cannot be had. */
export async function readModule(name: ModuleName): Promise<ArrayBuffer> {
  const response = await fetch(name === 'core' ? coreUrl : wholeUrl);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

export function createWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
}

/** Where a Content-Security-Policy must allow workers from. */
export const workerSource = "'self'";

const here = import.meta.url;

/** Address of the page with everything, without its query. */
export const pageAddress: string = new URL('./', here).href;

/** Where the data of the site lie; null: there are none. */
export const dataFolder: string | null = new URL('data/', here).href;
