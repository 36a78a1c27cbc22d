import { dataFolder } from '../engine/assets';
import { type Answer, EnginePool, type EngineStartError } from '../engine/pool';
import type { Failure, Kind, Picture, Request, Result, ResultOf } from '../engine/protocol';
import { History } from '../model/history';
import { dataAtHand, lessonsOf, raceOf } from '../model/lessons';
import type { OwnFacts } from '../model/own-network';
import {
  defaults,
  networkNames,
  networksOnStrip,
  type Problem,
  type State,
  viewOf,
} from '../model/params';
import { type Derived, derivedKinds, requestOf } from '../model/requests';
import { fetchSample, type Sample } from '../model/sample';

/** The latest result of each kind, and the revision of the request it belongs to. */
type Results = { [K in Kind]?: { revision: number; result: ResultOf<K> } };

/** The request of a kind that was sent last. */
interface Sent {
  /** The request, to tell whether a later one differs. */
  text: string;
  revision: number;
  done: boolean;
  failure: Failure | null;
}

export interface LabEvents {
  /** Something to show changed: results of a kind, or, null, anything. */
  update: Kind | null;
  /** The state, by the reader or by a program. */
  change: State;
  /** Networks of the histogram done, out of how many. */
  progress: { done: number; all: number };
  error: Failure;
}

const raceWidth = 64;
export const raceSteps = 1000;

/** These wait until the state has rested for a moment, so that a drag has the processor for itself. */
const patient: readonly Kind[] = ['images', 'placement', 'gradients'];
const restMilliseconds = 200;

let pool: EnginePool | null = null;

/** The workers of this copy of the script. */
function sharedPool(): EnginePool {
  pool ??= new EnginePool();
  return pool;
}

/** A state, and what the engine has computed for it. Figures watch a lab, and say what they need:
 * only that is computed. */
export class Lab {
  state: State;
  problems: Problem[] = [];
  version = '';
  startError: EngineStartError | null = null;
  /** How often workers were lost and started anew. */
  recovered = 0;
  results: Results = {};
  tiles: readonly (Picture | null)[] = new Array<null>(networksOnStrip).fill(null);
  /** The images beside the script: unknown, missing, or there. */
  sample: Sample | 'missing' | null = null;
  /** The state that the race began from. */
  raced: Partial<State> = {};
  /** The reader's own network. */
  own: OwnFacts | null = null;

  private readonly pool: EnginePool;
  private readonly id: number;
  private readonly listeners = new Map<keyof LabEvents, Set<(detail: never) => void>>();
  private readonly needs = new Map<Kind, number>();
  private readonly sent = new Map<Kind, Sent>();
  private readonly history = new History<State>();
  private revision = 0;
  private resting: ReturnType<typeof setTimeout> | null = null;
  private sampleAsked: Promise<void> | null = null;
  /** The race that waits for images. */
  private raceWaits: object | null = null;

  constructor(initial: Partial<State> = {}) {
    this.state = { ...defaults(), ...initial };
    this.pool = sharedPool();
    this.id = this.pool.newLab();
  }

  /** Returns what ends it. */
  on<E extends keyof LabEvents>(event: E, listener: (detail: LabEvents[E]) => void): () => void {
    const all = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, all);
    all.add(listener);
    return () => {
      all.delete(listener);
      queueMicrotask(() => this.rest());
    };
  }

  /** Nobody learns any more how a race goes that nobody watches; an element that only moves within its
   * page watches again by then. */
  private rest(): void {
    if (this.listeners.get('update')?.size === 0) this.stopRace();
  }

  private tell<E extends keyof LabEvents>(event: E, detail: LabEvents[E]): void {
    for (const listener of this.listeners.get(event) ?? []) {
      (listener as (detail: LabEvents[E]) => void)(detail);
    }
  }

  /** Changes of networks can be undone, those of one `gesture`, such as a drag, together; how they are
   * shown stays then. */
  set(patch: Partial<State>, gesture: unknown = null): void {
    const next = { ...this.state, ...patch };
    const keys = Object.keys(patch) as (keyof State)[];
    const changed = keys.filter((key) => this.state[key] !== next[key]);
    if (changed.length === 0) return;
    if (changed.some((key) => networkNames.includes(key))) this.history.keep(this.state, gesture);
    this.moveTo(next);
  }

  /** Like set, but not to be undone. */
  begin(patch: Partial<State>): void {
    this.moveTo({ ...this.state, ...patch });
  }

  undo(): void {
    const previous = this.history.undo(this.state);
    if (previous) this.moveTo({ ...previous, ...viewOf(this.state) });
  }

  redo(): void {
    const next = this.history.redo(this.state);
    if (next) this.moveTo({ ...next, ...viewOf(this.state) });
  }

  get canUndo(): boolean {
    return this.history.canUndo;
  }

  get canRedo(): boolean {
    return this.history.canRedo;
  }

  /** Networks back to the defaults; how they are shown stays. */
  reset(): void {
    this.problems = [];
    this.set({ ...defaults(), ...viewOf(this.state) });
    this.tell('update', null);
  }

  newDraw(): void {
    this.set({ seed: Math.floor(Math.random() * 1_000_000) });
  }

  private moveTo(state: State): void {
    this.state = state;
    this.request();
    this.tell('change', state);
    this.tell('update', null);
  }

  /** What the entries of an address, or attributes, had wrong. */
  report(problems: Problem[]): void {
    this.problems = problems;
    this.tell('update', null);
  }

  /** Until what it returns is called, results of these kinds are kept up to date. */
  need(kinds: readonly Derived[]): () => void {
    for (const kind of kinds) this.needs.set(kind, (this.needs.get(kind) ?? 0) + 1);
    this.request();
    this.tell('update', null);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      for (const kind of kinds) this.release(kind);
    };
  }

  private release(kind: Derived): void {
    const left = (this.needs.get(kind) ?? 1) - 1;
    this.needs.set(kind, left);
    if (left === 0 && this.sent.get(kind)?.done === false) {
      this.pool.drop({ lab: this.id, kind });
      this.sent.delete(kind);
    }
    this.leaveIfIdle();
  }

  /** The pool forgets labs that want nothing, until they do. */
  private leaveIfIdle(): void {
    const idle = [...this.needs.values()].every((count) => count === 0) && !this.racing;
    if (idle) this.pool.leave(this.id);
  }

  private request(): void {
    this.requestKinds(derivedKinds.filter((kind) => !patient.includes(kind)));
    clearTimeout(this.resting ?? undefined);
    this.resting = setTimeout(() => {
      this.resting = null;
      this.requestKinds(derivedKinds.filter((kind) => patient.includes(kind)));
      this.tell('update', null);
    }, restMilliseconds);
  }

  private requestKinds(kinds: readonly Derived[]): void {
    for (const kind of kinds) {
      if (!this.needs.get(kind)) continue;
      const request = requestOf(kind, this.state, this);
      if (request === null) continue;
      const text = keyOf(request);
      if (this.sent.get(kind)?.text !== text) this.send(request, text);
    }
  }

  private send(request: Request, text: string): void {
    this.revision += 1;
    const { revision } = this;
    this.sent.set(request.kind, { text, revision, done: false, failure: null });
    this.pool.join(this.id, this.receive);
    this.pool.run(this.id, revision, request);
  }

  private readonly receive = (answer: Answer): void => {
    switch (answer.type) {
      case 'started':
        this.version = answer.version;
        this.startError = null;
        break;
      case 'recovered':
        this.recovered += 1;
        break;
      case 'broken':
        this.startError = answer.error;
        for (const [kind, { done }] of this.sent) if (!done) this.sent.delete(kind);
        this.tell('error', { name: answer.error.reason, message: answer.error.message });
        break;
      case 'result':
        // Of a worker that has this request no more.
        if (answer.revision < (this.results[answer.result.kind]?.revision ?? 0)) return;
        this.keep(answer.revision, answer.result);
        this.tell('update', answer.result.kind);
        return;
      default: {
        const sent = this.sent.get(answer.kind);
        if (sent?.revision !== answer.revision) return;
        sent.done = true;
        if (answer.type === 'failed') {
          sent.failure = answer.failure;
          this.tell('error', answer.failure);
        }
        this.leaveIfIdle();
        this.tell('update', answer.kind);
        return;
      }
    }
    this.tell('update', null);
  };

  private keep(revision: number, result: Result): void {
    if (result.kind === 'tiles') {
      this.tiles = this.tiles.map((tile, i) => (i === result.network ? result : tile));
    }
    this.results = { ...this.results, [result.kind]: { revision, result } };
    if (result.kind === 'ensemble') {
      this.tell('progress', { done: result.fractions.length, all: this.state.networks });
    }
  }

  /** The latest result of a kind, perhaps of an earlier state. */
  result<K extends Kind>(kind: K): ResultOf<K> | null {
    return (this.results[kind]?.result as ResultOf<K> | undefined) ?? null;
  }

  /** Whether there is no such result, or one of an earlier state. */
  isStale(kind: Kind): boolean {
    const sent = this.sent.get(kind);
    const result = this.results[kind];
    if (result === undefined || result.revision !== sent?.revision) return true;
    return kind !== 'race' && sent.text !== this.textOf(kind);
  }

  /** What would be sent for the state. */
  private textOf(kind: Derived): string {
    const request = requestOf(kind, this.state, this);
    return request === null ? '' : keyOf(request);
  }

  /** What the engine said to the latest request of a kind. */
  failureOf(kind: Kind): Failure | null {
    return this.sent.get(kind)?.failure ?? null;
  }

  /** The first failure of what is computed for the state. */
  get failure(): Failure | null {
    for (const kind of derivedKinds) {
      // That somebody's network cannot be placed is no fault of the point.
      const shown = this.needs.get(kind) && kind !== 'placement';
      const failure = shown ? this.failureOf(kind) : null;
      if (failure) return failure;
    }
    return null;
  }

  /** Whether all that is needed belongs to the state. */
  get settled(): boolean {
    const needed = derivedKinds.filter((kind) => this.needs.get(kind) && this.sent.has(kind));
    return (
      this.resting === null &&
      needed.length > 0 &&
      needed.every((kind) => this.sent.get(kind)?.done)
    );
  }

  get racing(): boolean {
    return this.raceWaits !== null || this.sent.get('race')?.done === false;
  }

  /** Starts a race from around the edge of chaos; nothing where there is none, or no data. */
  async startRace(): Promise<void> {
    if (this.racing) return;
    const waits = {};
    this.raceWaits = waits;
    this.tell('update', 'race');
    if (this.state.data === 'fashion-mnist') await this.needSample();
    if (this.raceWaits !== waits) return; // it was stopped meanwhile
    this.raceWaits = null;
    this.beginRace();
    this.tell('update', null);
  }

  private beginRace(): void {
    const edge = this.result('theory')?.edge;
    if (edge == null) return;
    const { activation, sigmaB2, depth, seed } = this.state;
    const { sample } = this;
    const data = dataAtHand(this.state.data, sample);
    const lessons = data === 'fashion-mnist' ? sampleOf(sample, lessonsOf) : data;
    if (lessons === null || this.listeners.get('update')?.size === 0) return;
    this.raced = { activation, sigmaB2, depth, seed, width: raceWidth, data };
    this.send(
      {
        kind: 'race',
        ...{ activation, sigmaB2, depth, seed, width: raceWidth, steps: raceSteps },
        sigmaW2: raceOf(edge),
        data: lessons,
      },
      '',
    );
  }

  stopRace(): void {
    this.raceWaits = null;
    const sent = this.sent.get('race');
    if (sent && !sent.done) {
      sent.done = true;
      this.pool.drop({ lab: this.id, kind: 'race' });
      this.leaveIfIdle();
    }
    this.tell('update', 'race');
  }

  showOwn(facts: OwnFacts): void {
    this.own = facts;
    this.request();
    this.tell('update', null);
  }

  forgetRecovered(): void {
    this.recovered = 0;
    this.tell('update', null);
  }

  /** Looks once for the images beside the script. */
  async needSample(): Promise<void> {
    this.sampleAsked ??= this.findSample();
    return this.sampleAsked;
  }

  private async findSample(): Promise<void> {
    try {
      this.sample = (dataFolder && (await fetchSample(dataFolder))) || 'missing';
    } catch (error) {
      this.sample = 'missing';
      if (error instanceof TypeError) this.sampleAsked = null; // no answer at all: the next may come
    }
    this.request();
    this.tell('update', null);
  }
}

function sampleOf<T>(sample: Sample | 'missing' | null, use: (sample: Sample) => T): T | null {
  return sample === null || sample === 'missing' ? null : use(sample);
}

/** A request as text; arrays of data, which do not change, by their length. */
function keyOf(request: Request): string {
  return JSON.stringify(request, (_, value) =>
    ArrayBuffer.isView(value) ? `${value.byteLength} bytes` : value,
  );
}
