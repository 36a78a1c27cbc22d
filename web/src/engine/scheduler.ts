import type { Engine } from 'igb';
import { type Job, startJob } from './jobs';
import type { Failure, FromWorker, Kind, Request, Result } from './protocol';

interface Running {
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

/** Runs at most one job of each kind, a step in turn; a newer request of a kind replaces the older.
 * `pause` lets waiting messages in. */
export class Scheduler {
  private readonly running = new Map<Kind, Running>();
  private active = false;

  constructor(
    private readonly engine: Engine,
    private readonly post: Post,
    private readonly pause: () => Promise<void>,
  ) {}

  run(revision: number, request: Request): void {
    this.running.get(request.kind)?.job.return(null); // gives back what it holds
    this.running.set(request.kind, { revision, job: startJob(this.engine, request) });
    if (!this.active) void this.loop();
  }

  private async loop(): Promise<void> {
    this.active = true;
    while (this.running.size > 0) {
      for (const kind of [...this.running.keys()]) {
        await this.pause();
        const running = this.running.get(kind);
        if (running) this.step(kind, running);
      }
    }
    this.active = false;
  }

  private step(kind: Kind, { revision, job }: Running): void {
    try {
      const { value, done } = job.next();
      if (value) this.post({ type: 'result', revision, result: value }, buffersOf(value));
      if (!done) return;
      this.post({ type: 'done', revision, kind }, []);
    } catch (error) {
      this.post({ type: 'failed', revision, kind, failure: failureOf(error) }, []);
    }
    this.running.delete(kind);
  }
}
