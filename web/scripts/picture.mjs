// Writes doc/story.png and doc/lab.png, the pictures of the README, from the built page.
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { browserOptions } from './browser.mjs';
import { serveFolder, siteFolder } from './static-server.mjs';

const largest = 400_000;
const path = (name) => fileURLToPath(new URL(`../doc/${name}.png`, import.meta.url));

const server = await serveFolder(siteFolder, 0);
const browser = await chromium.launch(browserOptions());
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
const address = `http://localhost:${server.address().port}/`;
const settled = () => page.waitForSelector('igb-lab[data-settled=true]', { timeout: 120_000 });

await page.goto(address);
await settled();
await page.screenshot({ path: path('story') });

// Tall enough for all rows of the lab to be computed at once.
await page.setViewportSize({ width: 1280, height: 1500 });
await page.goto(`${address}?sigma-w2=2.2#lab`);
await page.locator('#lab').scrollIntoViewIfNeeded();
await page.waitForTimeout(1000);
await settled();
const { x, y, width } = await page.locator('#lab').boundingBox();
await page.screenshot({ path: path('lab'), clip: { x, y, width, height: 1240 } });
await browser.close();
server.close();

for (const name of ['story', 'lab']) {
  const { size } = await stat(path(name));
  console.log(`${path(name)}: ${size} bytes`);
  if (size > largest) {
    console.error(`the picture is larger than ${largest} bytes`);
    process.exitCode = 1;
  }
}
