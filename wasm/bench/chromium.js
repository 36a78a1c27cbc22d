// In headless Chromium, driven by the Playwright of web/; prints the report of compare.js as JSON.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { browserOptions } from '../../web/scripts/browser.mjs';
import { serveFolder } from '../../web/scripts/static-server.mjs';

const web = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = web('@playwright/test');

// Not cross-origin isolated: so there is no SharedArrayBuffer, and no module with threads.
const server = await serveFolder(fileURLToPath(new URL('..', import.meta.url)), 0);
const browser = await chromium.launch(browserOptions());
try {
  const page = await browser.newPage();
  await page.goto(`http://localhost:${server.address().port}/bench/page.html`);
  const report = await page.evaluate(async () => {
    const { tf } = globalThis;
    const [{ compare }, { loadEngine }] = await Promise.all([
      import('/bench/compare.js'),
      import('/dist/index.js'),
    ]);
    return compare(await loadEngine(), tf, tf.wasm);
  });
  console.log(JSON.stringify(report));
} finally {
  await browser.close();
  server.close();
}
