import { isAt, type State } from '../model/params';
import { sweepAt } from '../model/sweep';
import type { Lab } from './lab';

/** Carries sigma_w2 of a lab from where it is to another place; at once where motion is not wanted. One
 * gesture for undo. Ends as soon as anything but the sweep changes what it has set. */
export class Sweep {
  private frame: number | null = null;
  private readonly listener: () => void;

  /** `changed` is called when a sweep begins or ends. */
  constructor(
    private readonly lab: Lab,
    changed: () => void = () => {},
  ) {
    this.listener = changed;
  }

  get running(): boolean {
    return this.frame !== null;
  }

  /** The rest of `goal` is set at once. */
  run(goal: Partial<State> & { sigmaW2: number }, milliseconds: number): void {
    this.stop();
    const { lab } = this;
    const from = lab.state.sigmaW2;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches || from === goal.sigmaW2) {
      lab.set(goal);
      return;
    }
    const gesture = {};
    const began = performance.now();
    let ours: Partial<State> = { ...goal, sigmaW2: from };
    lab.set(ours, gesture);
    const step = (now: number) => {
      const share = Math.min(1, Math.max(0, (now - began) / milliseconds));
      if (!isAt(lab.state, ours)) return this.stop(); // the reader took over
      ours = { ...goal, sigmaW2: sweepAt(from, goal.sigmaW2, share) };
      lab.set(ours, gesture);
      if (share === 1) this.stop();
      else this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
    this.listener();
  }

  stop(): void {
    if (this.frame === null) return;
    cancelAnimationFrame(this.frame);
    this.frame = null;
    this.listener();
  }
}
