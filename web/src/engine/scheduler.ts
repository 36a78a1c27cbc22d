import type { Engine } from 'igb';
import { type Job, startJob } from './jobs';
import { holding } from './jobs/holding';
import type { Channel, Failure, FromWorker, Request, Result } from './protocol';

interface Running extends Channel {
  revision: number;
  job: Job;
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

  constructor(
    private readonly engine: Engine,
    private readonly post: Post,
    private readonly pause: () => Promise<void>,
  ) {}

  run(lab: number, revision: number, request: Request): void {
    const { kind } = request;
    this.drop({ lab, kind });
    const job = startJob(this.engine, request);
    this.running.set(keyOf({ lab, kind }), { lab, kind, revision, job });
    if (!this.active) void this.loop();
  }

  drop(channel: Channel): void {
    this.running.get(keyOf(channel))?.job.return(null); // gives back what it holds
    this.running.delete(keyOf(channel));
  }

  private async loop(): Promise<void> {
    this.active = true;
    while (this.running.size > 0) {
      for (const key of [...this.running.keys()]) {
        let again = true;
        while (again) {
          await this.pause();
          const running = this.running.get(key);
          again = running !== undefined && this.step(key, running);
        }
      }
    }
    this.active = false;
  }

  /** Whether the next step must be of this job, too. */
  private step(key: string, { lab, kind, revision, job }: Running): boolean {
    try {
      const { value, done } = job.next();
      if (value === holding) return true;
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
