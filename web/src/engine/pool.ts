import { createWorker, readModule, workerSource } from './assets';
import type { Channel, FromWorker, Kind, Request, ToWorker } from './protocol';

/** The part of the engine that a first view needs, or all of it: half as much again to load. */
export type ModuleName = 'core' | 'whole';

/** Which worker does what, with which module: a drag of the point must never wait behind an ensemble,
 * nor load what nobody has asked for. */
const hands = [
  { module: 'core', kinds: ['theory'] },
  { module: 'core', kinds: ['lines', 'isoGamma'] },
  { module: 'core', kinds: ['map'] },
  { module: 'core', kinds: ['tiles', 'images'] },
  { module: 'core', kinds: ['ensemble'] },
  { module: 'whole', kinds: ['race', 'gradients', 'placement'] },
  // Ensembles that are drawn without weights.
  { module: 'whole', kinds: [] },
] as const satisfies { module: ModuleName; kinds: Kind[] }[];

function placeOf(request: Request): number {
  if (request.kind === 'ensemble' && request.sampler !== 'dense') return hands.length - 1;
  return hands.findIndex(({ kinds }) => (kinds as readonly Kind[]).includes(request.kind));
}

/** A worker that owes an answer and says nothing for that long is lost. */
const patienceMilliseconds = 20_000;
const pingMilliseconds = 2_000;
/** Workers that nothing has been asked of for that long give back their memory. */
const idleMilliseconds = 30_000;
/** So many workers may be lost before the engine counts as broken. */
const mostLost = 20;

/** What a lab hears. */
export type Answer =
  | Exclude<FromWorker, { type: 'ready' | 'pong' | 'broken' }>
  | { type: 'started'; version: string }
  | { type: 'recovered' }
  | { type: 'broken'; error: EngineStartError };
export type Listener = (answer: Answer) => void;

/** The engine could not start; `reason` tells which advice to give. */
export class EngineStartError extends Error {
  constructor(
    readonly reason: 'missing' | 'blocked' | 'workerBlocked' | 'broken' | 'noSimd',
    message: string,
  ) {
    super(message);
  }
}

function startError(message: string): EngineStartError {
  if (/SIMD/.test(message)) return new EngineStartError('noSimd', message);
  // A Content-Security-Policy without wasm-unsafe-eval raises a CompileError that names it.
  const blocked = /content security policy|unsafe-eval/i.test(message);
  return new EngineStartError(blocked ? 'blocked' : 'broken', message);
}

/** (i32.const 0) (i8x16.splat) (i8x16.popcnt): a module of one function that uses a vector. */
const simdProbe = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

async function compileModule(name: ModuleName): Promise<WebAssembly.Module> {
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(simdProbe)) {
    throw new EngineStartError('noSimd', 'WebAssembly SIMD is not available');
  }
  const bytes = await readModule(name).catch((error: Error) => {
    throw new EngineStartError('missing', error.message);
  });
  return WebAssembly.compile(bytes).catch((error) => {
    throw startError(String(error));
  });
}

/** Some browsers say at once that a page may not start a worker, others by an event of it. */
function newWorker(): Worker {
  try {
    return createWorker();
  } catch {
    throw workerBlocked();
  }
}

const workerBlocked = () => new EngineStartError('workerBlocked', `worker-src ${workerSource}`);

interface Owed extends Channel {
  message: ToWorker;
}

/** One worker, started when it has something to do, and anew when it is lost. */
class Hand {
  private worker: Worker | null = null;
  private ready = false;
  private unanswered = 0;
  private readonly owed = new Map<string, Owed>();

  constructor(
    private readonly module: () => Promise<WebAssembly.Module>,
    private readonly answer: (answer: Answer, lab?: number) => void,
    private readonly lost: (reason: string) => boolean,
    private readonly othersRun: () => boolean,
  ) {}

  run(channel: Channel, message: ToWorker): void {
    this.owed.set(`${channel.lab}/${channel.kind}`, { ...channel, message });
    if (this.ready) this.post(message);
    else if (this.worker === null) void this.start();
  }

  drop(channel: Channel): void {
    this.owed.delete(`${channel.lab}/${channel.kind}`);
    if (this.ready) this.post({ type: 'drop', ...channel });
  }

  /** Called now and then: asks a worker that owes something for a sign of life. Questions count, not
   * time: a page that sleeps asks none. */
  check(): void {
    if (!this.ready || this.owed.size === 0) {
      this.unanswered = 0;
    } else if (this.unanswered * pingMilliseconds > patienceMilliseconds) {
      this.restart('a worker does not answer');
    } else {
      this.unanswered += 1;
      this.post({ type: 'ping' });
    }
  }

  private post(message: ToWorker): void {
    this.worker?.postMessage(message);
  }

  private async start(): Promise<void> {
    try {
      const worker = newWorker();
      this.worker = worker;
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.receive(data);
      worker.onerror = (event) => {
        event.preventDefault(); // it is said by the lab
        // A script that cannot be had has no message; one that runs and fails has.
        if (event.message || this.ready) this.restart(event.message || 'a worker was lost');
        else this.fail(workerBlocked());
      };
      const module = await this.module();
      if (this.worker === worker) this.post({ type: 'load', module });
    } catch (error) {
      this.fail(error instanceof EngineStartError ? error : startError(String(error)));
    }
  }

  private receive(data: FromWorker): void {
    this.unanswered = 0;
    switch (data.type) {
      case 'pong':
        return;
      case 'broken':
        this.fail(startError(data.failure.message));
        return;
      case 'ready':
        this.ready = true;
        this.answer({ type: 'started', version: data.version });
        for (const { message } of this.owed.values()) this.post(message);
        return;
      case 'done':
      case 'failed': {
        const key = `${data.lab}/${data.kind}`;
        const message = this.owed.get(key)?.message;
        if (message?.type === 'run' && message.revision === data.revision) this.owed.delete(key);
      }
    }
    this.answer(data, data.lab);
  }

  private restart(reason: string): void {
    this.end();
    if (!this.lost(reason)) {
      this.fail(new EngineStartError('broken', reason));
      return;
    }
    this.answer({ type: 'recovered' });
    if (this.owed.size > 0) void this.start();
  }

  end(): void {
    this.worker?.terminate();
    this.worker = null;
    this.ready = false;
    this.unanswered = 0;
  }

  /** Where other workers run, it is but these requests that fail. */
  private fail(error: EngineStartError): void {
    this.end();
    const lost = [...this.owed.values()];
    this.owed.clear();
    if (!this.othersRun()) {
      this.answer({ type: 'broken', error });
      return;
    }
    const failure = { name: error.reason, message: error.message };
    for (const { lab, kind, message } of lost) {
      if (message.type !== 'run') continue;
      this.answer({ type: 'failed', lab, kind, revision: message.revision, failure }, lab);
    }
  }
}

/** The engine, in workers that all labs share. */
export class EnginePool {
  private readonly listeners = new Map<number, Listener>();
  private readonly hands: Hand[];
  /** Who has a request of a lab and kind. */
  private readonly places = new Map<string, Hand>();
  private labs = 0;
  private lost = 0;
  private version: string | null = null;
  private lastAsked = 0;
  private clock: ReturnType<typeof setInterval> | null = null;

  constructor() {
    const modules = new Map<ModuleName, Promise<WebAssembly.Module>>();
    const compiled = (name: ModuleName) => {
      const module = modules.get(name) ?? compileModule(name);
      modules.set(name, module);
      module.catch(() => modules.delete(name)); // what could not be had may be asked for again
      return module;
    };
    this.hands = hands.map(
      ({ module }) =>
        new Hand(
          () => compiled(module),
          this.answer,
          () => ++this.lost <= mostLost,
          () => this.version !== null,
        ),
    );
  }

  private readonly answer = (answer: Answer, lab?: number) => {
    if (answer.type === 'started') this.version = answer.version;
    if (lab !== undefined) this.listeners.get(lab)?.(answer);
    else for (const listener of this.listeners.values()) listener(answer);
  };

  /** A number for a lab. */
  newLab(): number {
    this.labs += 1;
    return this.labs;
  }

  /** From now on, answers to a lab go to `listener`. */
  join(lab: number, listener: Listener): void {
    if (this.listeners.has(lab)) return;
    this.listeners.set(lab, listener);
    if (this.version !== null) listener({ type: 'started', version: this.version });
  }

  leave(lab: number): void {
    this.listeners.delete(lab);
    this.lastAsked = performance.now();
  }

  /** The latest request of a lab and kind wins. */
  run(lab: number, revision: number, request: Request): void {
    this.watch();
    this.lastAsked = performance.now();
    const { kind } = request;
    const hand = this.hands[placeOf(request)] as Hand;
    const key = `${lab}/${kind}`;
    const before = this.places.get(key);
    if (before !== hand) before?.drop({ lab, kind });
    this.places.set(key, hand);
    hand.run({ lab, kind }, { type: 'run', lab, revision, request });
  }

  drop(channel: Channel): void {
    this.places.get(`${channel.lab}/${channel.kind}`)?.drop(channel);
  }

  private watch(): void {
    this.clock ??= setInterval(() => {
      const now = performance.now();
      if (this.listeners.size === 0 && now - this.lastAsked > idleMilliseconds) this.sleep();
      else for (const hand of this.hands) hand.check();
    }, pingMilliseconds);
  }

  private sleep(): void {
    for (const hand of this.hands) hand.end();
    if (this.clock !== null) clearInterval(this.clock);
    this.clock = null;
  }
}
