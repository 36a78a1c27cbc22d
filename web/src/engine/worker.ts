import { loadEngine } from 'igb';
import type { FromWorker, ToWorker } from './protocol';
import { Scheduler } from './scheduler';

/** For the page, the browser and all workers of a drag. */
const enoughProcessors = 6;

const channel = new MessageChannel();

/** Resolves after the messages that wait already, and a time. */
function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    if (milliseconds >= 1) {
      setTimeout(resolve, milliseconds);
      return;
    }
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(null);
  });
}

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  self.postMessage(message, { transfer });
}

let scheduler: Scheduler | null = null;

async function load(module: WebAssembly.Module): Promise<void> {
  try {
    const engine = await loadEngine(module);
    scheduler = new Scheduler(
      engine,
      post,
      pause,
      navigator.hardwareConcurrency < enoughProcessors,
    );
    post({ type: 'ready', version: engine.version });
  } catch (error) {
    const failure = error instanceof Error ? error : { name: 'Error', message: String(error) };
    post({ type: 'broken', failure: { name: failure.name, message: failure.message } });
  }
}

/** The page hears of errors, not of rejections: an engine that traps within a job is lost. */
self.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  setTimeout(() => {
    throw event.reason;
  });
});

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case 'load':
      void load(data.module);
      break;
    case 'run':
      scheduler?.run(data.lab, data.revision, data.request);
      break;
    case 'drop':
      scheduler?.drop(data);
      break;
    case 'ping':
      post({ type: 'pong' });
      break;
  }
};
