import { loadEngine } from 'igb';
import type { FromWorker, ToWorker } from './protocol';
import { Scheduler } from './scheduler';

const channel = new MessageChannel();

/** Resolves after the messages that wait already. */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(null);
  });
}

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  self.postMessage(message, { transfer });
}

let scheduler: Scheduler | null = null;

self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'run') {
    scheduler?.run(data.revision, data.request);
    return;
  }
  try {
    const engine = await loadEngine(data.module);
    scheduler = new Scheduler(engine, post, pause);
    post({ type: 'ready', version: engine.version, activations: engine.activations });
  } catch (error) {
    const failure = error instanceof Error ? error : { name: 'Error', message: String(error) };
    post({ type: 'broken', failure: { name: failure.name, message: failure.message } });
  }
};
