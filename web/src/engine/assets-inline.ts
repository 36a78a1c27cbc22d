/** The engine and its worker within the script: it then works from anywhere, alone. A worker from
 * another origin is not allowed, one from a Blob is. */
import moduleAsDataUrl from 'igb/igb.wasm?url';
import InlineWorker from './worker?worker&inline';

/** The whole module whichever is asked for; decoded without a request, which a policy might forbid. */
export async function readModule(): Promise<ArrayBuffer> {
  const text = atob(moduleAsDataUrl.slice(moduleAsDataUrl.indexOf(',') + 1));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0)).buffer;
}

export function createWorker(): Worker {
  return new InlineWorker();
}

export const workerSource = 'blob:';

const here = import.meta.url;
/** One file that asks for nothing. */
const alone = import.meta.env.MODE === 'offline';

/** The page beside the script; of one file, the file. */
export const pageAddress: string = alone
  ? (location.href.split(/[?#]/)[0] as string)
  : new URL('./', here).href;

export const dataFolder: string | null = alone ? null : new URL('data/', here).href;
