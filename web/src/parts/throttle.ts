/** Runs the latest of many calls once `milliseconds` have passed since the first. */
export function throttle<T>(action: (value: T) => void, milliseconds: number): (value: T) => void {
  let latest: T;
  let waiting = false;
  return (value) => {
    latest = value;
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      action(latest);
    }, milliseconds);
  };
}
