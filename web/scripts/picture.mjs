// Writes doc/igb.png, the picture of the README, from the built page.
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { browserOptions } from './browser.mjs';
import { serveFolder, siteFolder } from './static-server.mjs';

const largest = 300_000;
const picture = fileURLToPath(new URL('../doc/igb.png', import.meta.url));

const server = await serveFolder(siteFolder, 0);
const browser = await chromium.launch(browserOptions());
const page = await browser.newPage({ viewport: { width: 1200, height: 1000 } });
await page.goto(`http://localhost:${server.address().port}/`);
await page.waitForSelector('igb-demo[data-settled=true]', { timeout: 120_000 });
const { y } = await page.locator('igb-controls').boundingBox();
await page.screenshot({
  path: picture,
  clip: { x: 0, y: 0, width: 1200, height: Math.ceil(y) - 8 },
  fullPage: true,
});
await browser.close();
server.close();

const { size } = await stat(picture);
console.log(`${picture}: ${size} bytes`);
if (size > largest) {
  console.error(`the picture is larger than ${largest} bytes`);
  process.exit(1);
}
