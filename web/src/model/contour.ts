/** From a coarse grid of margins to a picture with clean borders between the classes. */

/** Bilinear value of a row-major square grid, cell centres at (i + 1/2) / resolution, held constant
 * beyond the outer centres. u to the right, v down, both in [0, 1]. */
export function bilinear(grid: Float32Array, resolution: number, u: number, v: number): number {
  const x = Math.min(resolution - 1, Math.max(0, u * resolution - 0.5));
  const y = Math.min(resolution - 1, Math.max(0, v * resolution - 0.5));
  const [left, up] = [Math.floor(x), Math.floor(y)];
  const [right, down] = [Math.min(resolution - 1, left + 1), Math.min(resolution - 1, up + 1)];
  const at = (row: number, column: number) => grid[row * resolution + column] as number;
  const [fx, fy] = [x - left, y - up];
  const top = at(up, left) + fx * (at(up, right) - at(up, left));
  const bottom = at(down, left) + fx * (at(down, right) - at(down, left));
  return top + fy * (bottom - top);
}

/** Fills an RGBA image of side `side` with the colours of class 0 (margin >= 0) and class 1, packed
 * as the 32-bit words of an ImageData. */
export function paint(
  margin: Float32Array,
  resolution: number,
  side: number,
  [first, second]: readonly [number, number],
  pixels: Uint32Array,
): void {
  for (let row = 0; row < side; ++row) {
    for (let column = 0; column < side; ++column) {
      const value = bilinear(margin, resolution, (column + 0.5) / side, (row + 0.5) / side);
      pixels[row * side + column] = value >= 0 ? first : second;
    }
  }
}

/** Share of the sampled points in class 0. */
export function shareOfFirst(margin: Float32Array): number {
  let count = 0;
  for (const value of margin) count += value >= 0 ? 1 : 0;
  return count / margin.length;
}
