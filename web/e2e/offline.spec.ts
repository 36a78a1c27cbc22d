import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { siteFolder } from '../scripts/static-server.mjs';
import { expect, test } from './servers';

const file = join(siteFolder, 'igb-offline.html');
const address = pathToFileURL(file).href;
const small = 'networks=20&depth=3&width=16&inputs=20';

test('the page in one file runs from a file and asks for nothing', async ({ servers }) => {
  expect(existsSync(file)).toBe(true);
  const { page, complaints } = await servers.guarded([]);
  const requests: string[] = [];
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url())) requests.push(request.url());
  });
  await page.goto(`${address}?${small}`);
  await expect(page.locator('igb-lab')).toHaveAttribute('data-settled', 'true', {
    timeout: 30_000,
  });
  await page.locator('igb-lab igb-histogram').scrollIntoViewIfNeeded();
  await expect(page.locator('igb-lab').getByTestId('histogram')).toHaveAttribute(
    'data-networks',
    '20',
  );

  // A change of the state is taken, whether or not the address of a file may follow it.
  await page.locator('igb-lab igb-phase-map').getByRole('slider').focus();
  await page.keyboard.press('PageDown');
  await expect(page.locator('igb-lab igb-phase-map').getByRole('slider')).toHaveAttribute(
    'aria-valuenow',
    '3.5',
  );

  // There are no images beside it: it says so, and races with points of the plane.
  await page.locator('igb-lab igb-race').scrollIntoViewIfNeeded();
  await expect(page.locator('igb-race').getByTestId('no-images')).toBeVisible();
  await page.getByTestId('race-start').click();
  await expect
    .poll(async () => Number(await page.getByTestId('race').getAttribute('data-step')), {
      timeout: 30_000,
    })
    .toBeGreaterThan(10);
  await page.waitForTimeout(500); // the address follows by then
  expect(requests).toEqual([`${address}?${small}`]);
  expect(complaints.filter((complaint) => !complaint.startsWith(address))).toEqual([]);
});

test('the same file served by a strict host asks for nothing either', async ({ servers }) => {
  const site = await servers.site({
    'content-security-policy':
      "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; worker-src blob:; img-src data:",
  });
  const { page, complaints } = await servers.guarded([`${site}igb-offline.html`]);
  await page.goto(`${site}igb-offline.html?${small}&lang=zh`);
  await expect(page.locator('igb-lab')).toHaveAttribute('data-settled', 'true', {
    timeout: 30_000,
  });
  expect(complaints).toEqual([]);
});
