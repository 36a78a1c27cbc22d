/** From a coarse grid of margins to a picture with clean borders between the classes. */

/** For each pixel of a row of `side` pixels: between which two cells of `resolution` its centre lies, and
 * how far; beyond the outer centres the outer cell alone counts. */
function neighbours(side: number, resolution: number) {
  const first = new Int32Array(side);
  const second = new Int32Array(side);
  const share = new Float32Array(side);
  for (let i = 0; i < side; ++i) {
    const place = ((i + 0.5) / side) * resolution - 0.5;
    const inside = Math.min(resolution - 1, Math.max(0, place));
    first[i] = Math.floor(inside);
    second[i] = Math.min(resolution - 1, Math.floor(inside) + 1);
    share[i] = inside - Math.floor(inside);
  }
  return { first, second, share };
}

/** The 32-bit words of an ImageData for class 0, class 1 and the stripes of class 1. */
export interface Inks {
  first: number;
  second: number;
  stripe: number;
}

/** Pixels from stripe to stripe, along a row. */
const stripePeriod = 14;
const stripeWidth = 2;

/** Fills an image of side `side` with the inks of class 0 (margin >= 0) and class 1, the latter with
 * slanted stripes. Margins [resolution, resolution], row-major, between cell centres
 * bilinear. */
export function paint(
  margin: Float32Array,
  resolution: number,
  side: number,
  { first, second, stripe }: Inks,
  pixels: Uint32Array,
): void {
  const cells = neighbours(side, resolution);
  const line = new Float32Array(resolution);
  for (let row = 0; row < side; ++row) {
    const above = (cells.first[row] as number) * resolution;
    const below = (cells.second[row] as number) * resolution;
    const down = cells.share[row] as number;
    for (let i = 0; i < resolution; ++i) {
      const value = margin[above + i] as number;
      line[i] = value + down * ((margin[below + i] as number) - value);
    }
    for (let column = 0; column < side; ++column) {
      const left = line[cells.first[column] as number] as number;
      const right = line[cells.second[column] as number] as number;
      const value = left + (cells.share[column] as number) * (right - left);
      const striped = (row + column) % stripePeriod < stripeWidth;
      pixels[row * side + column] = value >= 0 ? first : striped ? stripe : second;
    }
  }
}

const shares = new WeakMap<Float32Array, number>();

/** Share of the sampled points in class 0; counted once. */
export function shareOfFirst(margin: Float32Array): number {
  const known = shares.get(margin);
  if (known !== undefined) return known;
  let count = 0;
  for (const value of margin) count += value >= 0 ? 1 : 0;
  shares.set(margin, count / margin.length);
  return count / margin.length;
}
