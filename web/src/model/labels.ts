/** Keeping labels clear of each other. Pixels; y grows downwards. */

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const gap = 6;

/** How far `label` must move to the right for its left end to be at or right of `limit`. */
export function shiftInside(label: Box, limit: number): number {
  return Math.max(0, limit - label.left);
}

/** How far `label` must move to the left to keep clear of `others` while its left end stays at or
 * right of `limit`: 0 or negative; null: there is no room. */
export function shiftLeft(label: Box, others: readonly Box[], limit: number): number | null {
  const width = label.right - label.left;
  const besides = others
    .filter(({ top, bottom }) => top < label.bottom && bottom > label.top)
    .sort((a, b) => b.left - a.left);
  let left = label.left;
  for (const other of besides) {
    const clash = other.left - gap < left + width && other.right + gap > left;
    if (clash) left = other.left - gap - width;
  }
  return left < limit ? null : left - label.left;
}
