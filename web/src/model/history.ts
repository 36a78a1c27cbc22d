/** Undo and redo of immutable values. */

const longest = 200;

export class History<T> {
  private past: T[] = [];
  private future: T[] = [];
  /** Those since the last change that is of none; two, such as a drag while layers run, may alternate. */
  private gestures = new Set<unknown>();

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** Before a change from `current`. Changes of one gesture, such as a drag, are undone together. */
  keep(current: T, gesture: unknown = null): void {
    if (this.gestures.has(gesture)) return;
    if (gesture === null) this.gestures.clear();
    else this.gestures.add(gesture);
    this.past = [...this.past.slice(1 - longest), current];
    this.future = [];
  }

  /** What to go back to, or null. */
  undo(current: T): T | null {
    this.gestures.clear();
    const previous = this.past.pop();
    if (previous === undefined) return null;
    this.future.push(current);
    return previous;
  }

  /** What to go forward to, or null. */
  redo(current: T): T | null {
    this.gestures.clear();
    const next = this.future.pop();
    if (next === undefined) return null;
    this.past.push(current);
    return next;
  }
}
