// Puts the data that the page offers beside it: a sample of Fashion-MNIST where its package is
// installed, and index.json, which says what there is. Arguments: the folder of the package's files
// and the folder to write to, else those of the package and the site.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeSample, packageFolder, sampleFile } from './sample.mjs';
import { siteFolder } from './static-server.mjs';

const trainCount = 2000;
const testCount = 500;

const from = process.argv[2] ?? packageFolder;
const to = process.argv[3] ?? join(siteFolder, 'data');

async function sample() {
  try {
    return await makeSample(from, trainCount, testCount);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    console.log(
      `data: no Fashion-MNIST in ${from} (on Debian: package dataset-fashion-mnist), ` +
        'so the page offers synthetic data only',
    );
    return null;
  }
}

try {
  const bytes = await sample();
  await mkdir(to, { recursive: true });
  const file = join(to, sampleFile);
  if (bytes) await writeFile(file, bytes);
  else await rm(file, { force: true });
  const entry = bytes ? { file: sampleFile, bytes: bytes.length } : null;
  await writeFile(join(to, 'index.json'), `${JSON.stringify({ fashionMnist: entry })}\n`);
  if (bytes)
    console.log(`data: ${file}, ${trainCount} + ${testCount} images, ${bytes.length} bytes`);
} catch (error) {
  console.error(`data: ${error.message}`);
  process.exit(1);
}
