import { clamp, parameters } from './params';

/** A place in the phase diagram. */
export interface Point {
  sigmaW2: number;
  sigmaB2: number;
}

/** Steps of the arrow keys: with Shift, plain, and of Page Up and Page Down. */
const steps = {
  sigmaW2: { fine: 0.01, plain: 0.05, large: 0.5 },
  sigmaB2: { fine: 0.001, plain: 0.005, large: 0.05 },
};

/** Where a key press moves the point, or null for other keys. */
export function moveByKey(point: Point, key: string, shift: boolean): Point | null {
  const size = shift ? 'fine' : 'plain';
  const move = (w: number, b: number): Point => ({
    sigmaW2: clamp('sigmaW2', point.sigmaW2 + w),
    sigmaB2: clamp('sigmaB2', point.sigmaB2 + b),
  });
  switch (key) {
    case 'ArrowUp':
      return move(steps.sigmaW2[size], 0);
    case 'ArrowDown':
      return move(-steps.sigmaW2[size], 0);
    case 'ArrowRight':
      return move(0, steps.sigmaB2[size]);
    case 'ArrowLeft':
      return move(0, -steps.sigmaB2[size]);
    case 'PageUp':
      return move(steps.sigmaW2.large, 0);
    case 'PageDown':
      return move(-steps.sigmaW2.large, 0);
    case 'Home':
      return { ...point, sigmaW2: parameters.sigmaW2.min };
    case 'End':
      return { ...point, sigmaW2: parameters.sigmaW2.max };
    default:
      return null;
  }
}
