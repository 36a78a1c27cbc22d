import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeSample, packageFolder } from '../scripts/sample.mjs';
import { fetchSample, readSample } from '../src/model/sample';

const script = fileURLToPath(new URL('../scripts/data.mjs', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'igb-sample-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function idx(magic: number, sizes: number[], bytes: number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(magic);
  sizes.forEach((size, i) => {
    header.writeUInt32BE(size, 4 + 4 * i);
  });
  return gzipSync(Buffer.concat([header, Buffer.from(bytes)]));
}

function writePart(part: string, labels: number[]): void {
  // Image i is 4 x 4, pixel p being i + 10 p.
  const pixels = labels.flatMap((_, i) => Array.from({ length: 16 }, (_, p) => i + 10 * p));
  writeFileSync(
    join(folder, `${part}-images-idx3-ubyte.gz`),
    idx(0x803, [labels.length, 4, 4], pixels),
  );
  writeFileSync(join(folder, `${part}-labels-idx1-ubyte.gz`), idx(0x801, [labels.length], labels));
}

const tenBackwards = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0];

/** Twenty-one images to learn from, class 9 first, and ten to test with. */
function writeSmall(): void {
  writePart('train', [...tenBackwards, 9, ...tenBackwards]);
  writePart('t10k', tenBackwards);
}

function arrayBuffer(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

async function smallSample(): Promise<ArrayBuffer> {
  writeSmall();
  return arrayBuffer(await makeSample(folder, 20, 10));
}

describe('makeSample', () => {
  it('takes the first images of every class in turn', async () => {
    const { train, test, classes, side } = readSample(await smallSample());
    expect([classes, side]).toEqual([10, 4]);
    expect([train.count, test.count]).toEqual([20, 10]);
    expect([...train.labels]).toEqual(Array.from({ length: 20 }, (_, i) => i % 10));
    const first = (set: typeof train) =>
      Array.from({ length: set.count }, (_, i) => set.large[16 * i]);
    // The second image of class 9 is number 10, those of the others come one later.
    expect(first(train)).toEqual([
      9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 20, 19, 18, 17, 16, 15, 14, 13, 12, 10,
    ]);
    expect(first(test)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect([...train.large.subarray(16, 32)]).toEqual(
      Array.from({ length: 16 }, (_, p) => 8 + 10 * p),
    );
  });

  it('averages 2 x 2 pixels, halves rounded up', async () => {
    const { test } = readSample(await smallSample());
    // Pixels i, i + 10, i + 40, i + 50: their mean is i + 25, and so on.
    expect([...test.small.subarray(36, 40)]).toEqual([25, 45, 105, 125]);
    writePart('t10k', tenBackwards);
    writeFileSync(
      join(folder, 't10k-images-idx3-ubyte.gz'),
      idx(0x803, [10, 2, 2], [...Array(36).fill(0), 1, 0, 1, 0]),
    );
    writeFileSync(
      join(folder, 'train-images-idx3-ubyte.gz'),
      idx(0x803, [21, 2, 2], [255, 255, 255, 254, ...Array(80).fill(255)]),
    );
    const sample = readSample(arrayBuffer(await makeSample(folder, 10, 10)));
    expect(sample.test.small[0]).toBe(1); // 2 / 4
    expect(sample.train.small[9]).toBe(255); // 1019 / 4
  });

  it('names the licence and its holder', async () => {
    const { text } = readSample(await smallSample());
    expect(text).toContain('MIT License');
    expect(text).toContain('Copyright (c) 2017 Zalando SE');
    expect(text).toContain('The above copyright notice and this permission notice');
    expect(text.endsWith('SOFTWARE.\n')).toBe(true);
  });

  it('refuses more images than a class has', async () => {
    writeSmall();
    await expect(makeSample(folder, 30, 10)).rejects.toThrow(/train-images.*30 images.*class 0/);
  });

  it('refuses damaged files by name', async () => {
    writeSmall();
    const path = join(folder, 't10k-labels-idx1-ubyte.gz');
    const good = readFileSync(path);
    const refused = async (content: Buffer, message: RegExp) => {
      writeFileSync(path, content);
      await expect(makeSample(folder, 10, 10)).rejects.toThrow(message);
    };
    for (let size = 0; size < good.length; ++size) {
      await refused(good.subarray(0, size), /t10k-labels.*gzip/);
    }
    await refused(gzipSync(Buffer.alloc(7)), /t10k-labels.*7 bytes.*8/);
    await refused(idx(0x803, [10], tenBackwards), /t10k-labels.*magic number 2051, expected 2049/);
    await refused(idx(0x801, [11], tenBackwards), /t10k-labels.*18 bytes.*19/);
    await refused(idx(0x801, [9], tenBackwards), /t10k-labels.*18 bytes.*17/);
    await refused(idx(0x801, [9], tenBackwards.slice(1)), /10 images.*9 labels/);
  });

  it('takes 2000 and 500 images of the package', async () => {
    const sample = readSample(arrayBuffer(await makeSample(packageFolder, 2000, 500)));
    expect(sample.side).toBe(28);
    expect([sample.train.count, sample.test.count]).toEqual([2000, 500]);
    const mean = sample.train.large.reduce((sum, pixel) => sum + pixel, 0) / (2000 * 784);
    const meanSmall = sample.train.small.reduce((sum, pixel) => sum + pixel, 0) / (2000 * 196);
    // 72.94 over all training images; a few per cent of it over 2000 of them.
    expect(mean).toBeGreaterThan(70);
    expect(mean).toBeLessThan(76);
    // Rounding of quarters adds 1/8 where all remainders are as frequent.
    expect(Math.abs(meanSmall - mean)).toBeLessThan(0.125);
  });
});

describe('readSample', () => {
  it('refuses every other length', async () => {
    const file = await smallSample();
    for (let size = 0; size < file.byteLength; ++size) {
      expect(() => readSample(file.slice(0, size))).toThrow(/sample of Fashion-MNIST: .*bytes/);
    }
    expect(() =>
      readSample(arrayBuffer(Buffer.concat([Buffer.from(file), Buffer.alloc(1)]))),
    ).toThrow(/bytes, its header says/);
  });

  it('refuses a header out of range, naming what', async () => {
    const file = await smallSample();
    const refused = (place: number, value: number, message: RegExp) => {
      const bad = file.slice(0);
      new DataView(bad).setUint32(4 * place, value, true);
      expect(() => readSample(bad)).toThrow(message);
    };
    refused(0, 0, /IGBS/);
    refused(1, 2, /version 2; known: 1/);
    refused(2, 31, /do not fit the header/);
    refused(2, new DataView(file).getUint32(28, true) + 31, /do not fit the header/);
    refused(3, 1, /classes = 1; allowed: 2 to 256/);
    refused(4, 0, /images = 0; allowed: 1 to/);
    refused(5, 0xffffffff, /images = 4294967295/);
    refused(6, 5, /side = 5; allowed: even/);
    refused(6, 0, /side = 0; allowed: 2 to/);
    refused(7, 0xffffffff, /text do not fit/);
    refused(3, 9, /label 9 is 9; allowed: 0 to 8/);
  });
});

describe('the build step', () => {
  it('leaves the sample out where there is no package, and says so', async () => {
    const site = join(folder, 'site');
    const from = join(folder, 'nowhere');
    const out = execFileSync('node', [script, from, site], { encoding: 'utf8' });
    expect(out).toContain(`no Fashion-MNIST in ${from}`);
    expect(out).toContain('dataset-fashion-mnist');
    expect(existsSync(join(site, 'fashion-mnist.bin'))).toBe(false);
    expect(JSON.parse(readFileSync(join(site, 'index.json'), 'utf8'))).toEqual({
      fashionMnist: null,
    });
    expect(await fetchSample(`http://x/data/`, answering(site))).toBeNull();
  });

  it('writes what the page reads, and takes it away with the package', async () => {
    const site = join(folder, 'site');
    execFileSync('node', [script, packageFolder, site]);
    const index = JSON.parse(readFileSync(join(site, 'index.json'), 'utf8'));
    const file = join(site, 'fashion-mnist.bin');
    expect(index.fashionMnist).toEqual({ file: 'fashion-mnist.bin', bytes: statSync(file).size });
    expect(statSync(file).size).toBeLessThan(2_500_000);
    const sample = await fetchSample('http://x/data/', answering(site));
    expect(sample?.train.count).toBe(2000);
    execFileSync('node', [script, folder, site]);
    expect(existsSync(file)).toBe(false);
  });

  it('fails on damaged files', () => {
    writeSmall();
    writeFileSync(join(folder, 'train-images-idx3-ubyte.gz'), 'x');
    const run = spawnSync('node', [script, folder, join(folder, 'site')], { encoding: 'utf8' });
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('train-images-idx3-ubyte.gz');
  });
});

describe('fetchSample', () => {
  it('says which file the server refuses', async () => {
    await expect(fetchSample('http://x/data/', answering(folder))).rejects.toThrow(
      'index.json: HTTP status 404',
    );
  });
});

/** A server of the files in a folder, at http://x/data/. */
function answering(site: string): typeof fetch {
  return async (input) => {
    const name = String(input).replace('http://x/data/', '');
    const path = join(site, name);
    if (!existsSync(path)) return new Response(null, { status: 404 });
    return new Response(new Uint8Array(readFileSync(path)));
  };
}
