/** The plane of inputs that class maps show. */
import type { Picture } from '../engine/protocol';

/** Half its side; inputs on the unit circle have q_0 = 1. */
export const planeExtent = 2.5;

/** A place in a picture, as shares of its side from the left and from the top. */
export interface Place {
  across: number;
  down: number;
}

export interface Input {
  x: number;
  y: number;
  /** h_0 - h_1 of the output. */
  margin: number;
}

/** The input at a place, and what the network says of the pixel it lies in. */
export function inputAt({ resolution, margin }: Picture, { across, down }: Place): Input {
  const cell = (share: number) =>
    Math.min(resolution - 1, Math.max(0, Math.floor(share * resolution)));
  return {
    x: planeExtent * (2 * across - 1),
    y: planeExtent * (1 - 2 * down),
    margin: margin[cell(down) * resolution + cell(across)] as number,
  };
}

/** Steps of the arrow keys, as shares of the side: plain and with Shift. */
const [plainStep, fineStep] = [0.05, 0.01];

/** Where a key press moves a place, or null for other keys. */
export function placeByKey({ across, down }: Place, key: string, shift: boolean): Place | null {
  const step = shift ? fineStep : plainStep;
  const inside = (share: number) => Math.min(1, Math.max(0, share));
  switch (key) {
    case 'ArrowRight':
      return { across: inside(across + step), down };
    case 'ArrowLeft':
      return { across: inside(across - step), down };
    case 'ArrowDown':
      return { across, down: inside(down + step) };
    case 'ArrowUp':
      return { across, down: inside(down - step) };
    default:
      return null;
  }
}
