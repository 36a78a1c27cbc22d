let last: Promise<unknown> = Promise.resolve();

/** One caller a frame, in the order of the calls: so that no frame has to draw all figures. */
export function nextTurn(): Promise<unknown> {
  last = last.then(() => new Promise(requestAnimationFrame));
  return last;
}
