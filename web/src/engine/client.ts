import wasmUrl from 'igb/igb.wasm?url';
import type { FromWorker, Kind, Request, ToWorker } from './protocol';

/** Which worker does what: a drag of the point must never wait behind an ensemble. */
const workerOf: Record<Kind, number> = {
  lines: 0,
  theory: 0,
  map: 1,
  strip: 2,
  ensemble: 3,
  race: 4,
};
const workerCount = 5;

export type Listener = (message: Exclude<FromWorker, { type: 'ready' }>) => void;

/** The engine could not start; `cause` tells the page which advice to give. */
export class EngineStartError extends Error {
  constructor(
    readonly reason: 'missing' | 'blocked' | 'broken',
    message: string,
  ) {
    super(message);
  }
}

async function compileModule(): Promise<WebAssembly.Module> {
  const response = await fetch(wasmUrl).catch((error: Error) => {
    throw new EngineStartError('missing', error.message);
  });
  if (!response.ok) {
    throw new EngineStartError('missing', `${response.status} ${response.statusText}`);
  }
  const bytes = await response.arrayBuffer();
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    // A Content-Security-Policy without wasm-unsafe-eval raises a CompileError that names it.
    const message = String(error);
    const blocked = /content security policy|unsafe-eval/i.test(message);
    throw new EngineStartError(blocked ? 'blocked' : 'broken', message);
  }
}

function startWorker(module: WebAssembly.Module, listener: Listener) {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const ready = new Promise<readonly string[]>((resolve, reject) => {
    worker.onerror = (event) => {
      reject(new EngineStartError('broken', event.message ?? 'the worker did not start'));
    };
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === 'ready') resolve(data.activations);
      else if (data.type === 'broken') {
        reject(new EngineStartError('broken', data.failure.message));
      } else listener(data);
    };
  });
  const load: ToWorker = { type: 'load', module };
  worker.postMessage(load);
  return { worker, ready };
}

/** The engine, in workers. Results arrive at the listener; the latest request of a kind wins. */
export class EngineClient {
  private constructor(
    private readonly workers: Worker[],
    readonly activations: readonly string[],
  ) {}

  static async start(listener: Listener): Promise<EngineClient> {
    const module = await compileModule();
    const started = Array.from({ length: workerCount }, () => startWorker(module, listener));
    const [activations] = await Promise.all(started.map(({ ready }) => ready));
    return new EngineClient(
      started.map(({ worker }) => worker),
      activations ?? [],
    );
  }

  request(revision: number, request: Request): void {
    const message: ToWorker = { type: 'run', revision, request };
    this.workers[workerOf[request.kind]]?.postMessage(message);
  }
}
