import type { Engine } from 'igb';
import { type Job, startJob } from './jobs';
import { holding, resting } from './jobs/steps';
import type { Channel, Failure, FromWorker, Kind, Request, Result } from './protocol';

/** For so long a job rests that asks for it. */
const restMilliseconds = 120;

/** What a drag asks for anew all the time, and does not wait for. */
const background: readonly Kind[] = ['tiles', 'images', 'ensemble'];
/** For so long a job of these leaves half of the time to others where processors are few. */
const gentleMilliseconds = 200;

interface Running extends Channel {
  revision: number;
  job: Job;
  /** By performance.now(), as what follows. */
  began: number;
  /** When its next step may come; 0: it does not rest. */
  due: number;
}

type Post = (message: FromWorker, transfer: ArrayBuffer[]) => void;

function failureOf(error: unknown): Failure {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: String(error) };
}

/** The buffers of a result that can move to the page instead of being copied. */
function buffersOf(result: Result): ArrayBuffer[] {
  return Object.values(result).flatMap((value) =>
    ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : [],
  );
}

const keyOf = ({ lab, kind }: Channel) => `${lab}/${kind}`;

/** Runs at most one job of each kind for each lab, a step in turn, or more while the engine holds what
 * the job goes on with; a newer request of a kind replaces the older. `pause` lets waiting messages
 * in. */
export class Scheduler {
  private readonly running = new Map<string, Running>();
  private active = false;
  private alarm: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly post: Post,
    private readonly pause: (milliseconds: number) => Promise<void>,
    private readonly fewProcessors = false,
  ) {}

  run(lab: number, revision: number, request: Request): void {
    const { kind } = request;
    this.drop({ lab, kind });
    const job = startJob(this.engine, request);
    this.running.set(keyOf({ lab, kind }), {
      lab,
      kind,
      revision,
      job,
      began: performance.now(),
      due: 0,
    });
    if (!this.active) void this.loop();
  }

  drop(channel: Channel): void {
    this.running.get(keyOf(channel))?.job.return(null); // gives back what it holds
    this.running.delete(keyOf(channel));
  }

  /** Of the jobs that do not rest; where all do, of those that have rested. */
  private keysDue(): string[] {
    const now = performance.now();
    const keysOf = (chosen: (running: Running) => boolean) =>
      [...this.running].filter(([, running]) => chosen(running)).map(([key]) => key);
    const awake = keysOf(({ due }) => due === 0);
    return awake.length > 0 ? awake : keysOf(({ due }) => due <= now);
  }

  private async loop(): Promise<void> {
    this.active = true;
    clearTimeout(this.alarm);
    let rest = 0;
    for (let keys = this.keysDue(); keys.length > 0; keys = this.keysDue()) {
      for (const key of keys) {
        let again = true;
        while (again) {
          await this.pause(rest);
          const running = this.running.get(key);
          const now = performance.now();
          again = running !== undefined && this.step(key, running);
          rest = running && this.isGentle(running) ? performance.now() - now : 0;
        }
      }
    }
    this.active = false;
    if (this.running.size === 0) return;
    const next = Math.min(...[...this.running.values()].map(({ due }) => due));
    this.alarm = setTimeout(() => void this.loop(), next - performance.now());
  }

  private isGentle({ kind, began }: Running): boolean {
    const young = performance.now() - began < gentleMilliseconds;
    return this.fewProcessors && young && background.includes(kind);
  }

  /** Whether the next step must be of this job, too. */
  private step(key: string, running: Running): boolean {
    const { lab, kind, revision, job } = running;
    running.due = 0;
    try {
      const { value, done } = job.next();
      if (value === holding) return true;
      if (value === resting) {
        running.due = performance.now() + restMilliseconds;
        return false;
      }
      if (value) this.post({ type: 'result', lab, revision, result: value }, buffersOf(value));
      if (!done) return false;
      this.post({ type: 'done', lab, kind, revision }, []);
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) throw error; // the engine is lost
      this.post({ type: 'failed', lab, kind, revision, failure: failureOf(error) }, []);
    }
    this.running.delete(key);
    return false;
  }
}
