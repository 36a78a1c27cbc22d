/** Images and their classes: image i has class i mod `classes`. */
export interface SampleSet {
  count: number;
  /** [count] */
  labels: Uint8Array;
  /** [count, side, side], row by row, 0 .. 255 */
  large: Uint8Array;
  /** [count, side / 2, side / 2], means of 2 x 2 pixels */
  small: Uint8Array;
}

/** A sample of Fashion-MNIST; the layout of its file is told by scripts/sample.mjs. */
export interface Sample {
  classes: number;
  side: number;
  /** What it is, and its licence. */
  text: string;
  train: SampleSet;
  test: SampleSet;
}

/** What data/index.json says; null where the build found no Fashion-MNIST. */
export interface DataIndex {
  fashionMnist: { file: string; bytes: number } | null;
}

const fixedBytes = 32;
const magic = 'IGBS';
const version = 1;
const largest = { classes: 256, count: 1 << 20, side: 1 << 10 };

/** Views of the file, which is kept. Throws an Error that names what is wrong with it. */
export function readSample(file: ArrayBuffer): Sample {
  const fail = (cause: string): never => {
    throw new Error(`sample of Fashion-MNIST: ${cause}`);
  };
  if (file.byteLength < fixedBytes) fail(`${file.byteLength} bytes, its header alone has 32`);
  if (new TextDecoder('latin1').decode(new Uint8Array(file, 0, 4)) !== magic) {
    fail('it does not begin with IGBS');
  }
  const view = new DataView(file);
  const number = (place: number) => view.getUint32(4 * place, true);
  if (number(1) !== version) fail(`version ${number(1)}; known: ${version}`);
  const start = number(2);
  const classes = number(3);
  const counts = [number(4), number(5)] as const;
  const side = number(6);
  const textBytes = number(7);
  const allowed = (name: string, value: number, low: number, high: number) => {
    if (value < low || value > high) fail(`${name} = ${value}; allowed: ${low} to ${high}`);
  };
  allowed('classes', classes, 2, largest.classes);
  for (const count of counts) allowed('images', count, 1, largest.count);
  allowed('side', side, 2, largest.side);
  if (side % 2 !== 0) fail(`side = ${side}; allowed: even numbers`);
  if (start < fixedBytes + textBytes) fail(`${textBytes} bytes of text do not fit the header`);

  const imageBytes = 1 + side * side + (side / 2) ** 2;
  const expected = start + (counts[0] + counts[1]) * imageBytes;
  if (file.byteLength !== expected) fail(`${file.byteLength} bytes, its header says ${expected}`);
  let place = start;
  const take = (bytes: number) => {
    place += bytes;
    return new Uint8Array(file, place - bytes, bytes);
  };
  const takeSet = (count: number): SampleSet => {
    const set = {
      count,
      labels: take(count),
      large: take(count * side * side),
      small: take(count * (side / 2) ** 2),
    };
    const bad = set.labels.findIndex((label) => label >= classes);
    if (bad >= 0) fail(`label ${bad} is ${set.labels[bad]}; allowed: 0 to ${classes - 1}`);
    return set;
  };
  return {
    classes,
    side,
    text: new TextDecoder().decode(new Uint8Array(file, fixedBytes, textBytes)),
    train: takeSet(counts[0]),
    test: takeSet(counts[1]),
  };
}

/** The sample of the site whose data lie at `base`; null where it has none. */
export async function fetchSample(base: string, get: typeof fetch = fetch): Promise<Sample | null> {
  const answer = async (name: string) => {
    const response = await get(new URL(name, base));
    if (!response.ok) throw new Error(`${name}: HTTP status ${response.status}`);
    return response;
  };
  const index = (await (await answer('index.json')).json()) as DataIndex;
  if (index.fashionMnist === null) return null;
  return readSample(await (await answer(index.fashionMnist.file)).arrayBuffer());
}
