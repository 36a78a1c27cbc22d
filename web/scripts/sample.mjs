import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Where the Debian package dataset-fashion-mnist puts its files. */
export const packageFolder = '/usr/share/datasets/fashion-mnist';
export const sampleFile = 'fashion-mnist.bin';

const classes = 10;
const imagesMagic = 0x803;
const labelsMagic = 0x801;

const text = `Fashion-MNIST, a sample: the first images of each class, at 28 x 28 and 14 x 14 pixels.
https://github.com/zalandoresearch/fashion-mnist

The MIT License (MIT)

Copyright (c) 2017 Zalando SE, https://tech.zalando.com

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

/** A gzipped IDX file of unsigned bytes: its dimensions and what follows them. */
async function readIdx(path, magic, dimensions) {
  const packed = await readFile(path);
  const fail = (cause) => {
    throw new Error(`${path}: ${cause}`);
  };
  let file;
  try {
    file = gunzipSync(packed);
  } catch (error) {
    fail(`not a whole gzip file (${error.message})`);
  }
  const start = 4 + 4 * dimensions;
  if (file.length < start) fail(`${file.length} bytes, its header alone has ${start}`);
  if (file.readUInt32BE(0) !== magic) {
    fail(`wrong magic number ${file.readUInt32BE(0)}, expected ${magic}`);
  }
  const sizes = Array.from({ length: dimensions }, (_, i) => file.readUInt32BE(4 + 4 * i));
  const expected = start + sizes.reduce((product, size) => product * size, 1);
  if (file.length !== expected) fail(`${file.length} bytes, its header says ${expected}`);
  return { sizes, bytes: file.subarray(start) };
}

/** `count` images of a part ("train", "t10k"), image i being of class i mod 10: of every class the
 * first ones in the order of the file. */
async function choose(folder, part, count) {
  const imagesPath = join(folder, `${part}-images-idx3-ubyte.gz`);
  const images = await readIdx(imagesPath, imagesMagic, 3);
  const labels = await readIdx(join(folder, `${part}-labels-idx1-ubyte.gz`), labelsMagic, 1);
  const [number, side, columns] = images.sizes;
  if (number !== labels.sizes[0]) {
    throw new Error(`${imagesPath}: ${number} images, but there are ${labels.sizes[0]} labels`);
  }
  if (side !== columns || side % 2 !== 0 || side === 0) {
    throw new Error(`${imagesPath}: images of ${side} x ${columns} pixels; allowed: even squares`);
  }
  const ofClass = Array.from({ length: classes }, () => []);
  labels.bytes.forEach((label, i) => {
    ofClass[label]?.push(i);
  });
  const chosen = Array.from({ length: count }, (_, i) => {
    const place = ofClass[i % classes][Math.floor(i / classes)];
    if (place === undefined) {
      throw new Error(`${imagesPath}: ${count} images asked for, class ${i % classes} has too few`);
    }
    return images.bytes.subarray(place * side * side, (place + 1) * side * side);
  });
  return { side, labels: Uint8Array.from(chosen, (_, i) => i % classes), images: chosen };
}

/** Means of 2 x 2 pixels, halves rounded up. */
function halved(image, side) {
  const half = side / 2;
  return Uint8Array.from({ length: half * half }, (_, i) => {
    const corner = 2 * Math.floor(i / half) * side + 2 * (i % half);
    const sum = image[corner] + image[corner + 1] + image[corner + side] + image[corner + side + 1];
    return (sum + 2) >> 2;
  });
}

/** The sample as one file, which src/model/sample.ts reads:
 *
 * - 32 bytes: "IGBS", then seven 32-bit numbers, little endian: version (1), bytes before the first
 *   array, classes, images to learn from, images to test with, side of an image, bytes of the text
 * - the text: what it is, and its licence; zeros up to the first array
 * - of those to learn from, then of those to test with: labels [images], pixels [images, side,
 *   side], pixels [images, side / 2, side / 2], all of them bytes
 *
 * Rejects with the code ENOENT where a file is missing, and with a message where one is damaged. */
export async function makeSample(folder, trainCount, testCount) {
  const train = await choose(folder, 'train', trainCount);
  const test = await choose(folder, 't10k', testCount);
  if (train.side !== test.side) {
    throw new Error(`${folder}: images of side ${train.side} and ${test.side}`);
  }
  const words = Buffer.from(text);
  const start = Math.ceil((32 + words.length) / 4) * 4;
  const header = Buffer.alloc(start);
  header.write('IGBS', 'latin1');
  [1, start, classes, trainCount, testCount, train.side, words.length].forEach((value, i) => {
    header.writeUInt32LE(value, 4 + 4 * i);
  });
  words.copy(header, 32);
  const arrays = [train, test].flatMap(({ side, labels, images }) => [
    labels,
    ...images,
    ...images.map((image) => halved(image, side)),
  ]);
  return Buffer.concat([header, ...arrays]);
}
