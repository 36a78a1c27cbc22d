/** From a coarse grid of margins to a picture with clean borders between the classes. */

/** Between which two cells of a row of `resolution` the centre of pixel `index` of `side` lies, and how
 * far; beyond the outer centres the outer cell alone counts. */
function neighbours(index: number, side: number, resolution: number) {
  const place = ((index + 0.5) / side) * resolution - 0.5;
  const inside = Math.min(resolution - 1, Math.max(0, place));
  const first = Math.floor(inside);
  return { first, second: Math.min(resolution - 1, first + 1), share: inside - first };
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
  const columns = Array.from({ length: side }, (_, i) => neighbours(i, side, resolution));
  const line = new Float32Array(resolution);
  for (let row = 0; row < side; ++row) {
    const rows = neighbours(row, side, resolution);
    for (let i = 0; i < resolution; ++i) {
      const above = margin[rows.first * resolution + i] as number;
      const below = margin[rows.second * resolution + i] as number;
      line[i] = above + rows.share * (below - above);
    }
    for (let column = 0; column < side; ++column) {
      const place = columns[column] as ReturnType<typeof neighbours>;
      const left = line[place.first] as number;
      const right = line[place.second] as number;
      const value = left + place.share * (right - left);
      const striped = (row + column) % stripePeriod < stripeWidth;
      pixels[row * side + column] = value >= 0 ? first : striped ? stripe : second;
    }
  }
}

/** Share of the sampled points in class 0. */
export function shareOfFirst(margin: Float32Array): number {
  let count = 0;
  for (const value of margin) count += value >= 0 ? 1 : 0;
  return count / margin.length;
}
