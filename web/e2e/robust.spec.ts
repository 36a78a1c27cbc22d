import { expect, fact, handle, settled, test } from './site';

/** Small networks, where a test is not about them. */
const quick = '?width=16&depth=5&networks=20';

test('a worker that throws is replaced, its work done anew, and the page says so', async ({
  page,
  address,
}) => {
  await page.goto(`${address}?width=64&depth=20&networks=400`);
  await settled(page);
  const before = await fact(page, 'histogram', 'mean-max');
  await expect(page.getByTestId('recovered')).toHaveCount(0);
  await page.getByRole('spinbutton', { name: 'seed' }).fill('2');
  await page.getByRole('spinbutton', { name: 'seed' }).press('Enter');
  for (const worker of page.workers()) {
    await worker.evaluate(() => {
      setTimeout(() => {
        throw new Error('on purpose');
      });
    });
  }
  await expect(page.getByTestId('recovered')).toBeVisible();
  await settled(page);
  expect(await fact(page, 'histogram', 'networks')).toBe(400);
  const other = await fact(page, 'histogram', 'mean-max');
  expect(other).not.toBe(before);

  await page.goto(`${address}?width=64&depth=20&networks=400&seed=2`);
  await settled(page);
  expect(await fact(page, 'histogram', 'mean-max')).toBe(other);
});

test('an engine that traps within a job is replaced, too', async ({ page, address }) => {
  await page.goto(address + quick);
  await settled(page);
  for (const worker of page.workers()) {
    await worker.evaluate(() => void Promise.reject(new WebAssembly.RuntimeError('unreachable')));
  }
  await expect(page.getByTestId('recovered')).toBeVisible();
  await page.getByTestId('recovered').getByRole('button').click();
  await expect(page.getByTestId('recovered')).toHaveCount(0);
});

test('a worker that falls silent is replaced, too', async ({ page, address }) => {
  await page.goto(address + quick);
  await settled(page);
  for (const worker of page.workers()) await worker.evaluate(() => self.close());
  await page.getByRole('spinbutton', { name: 'seed' }).fill('2');
  await page.getByRole('spinbutton', { name: 'seed' }).press('Enter');
  await expect(page.getByTestId('recovered')).toBeVisible({ timeout: 40_000 });
  await settled(page);
  await expect(page.getByTestId('start-error')).toHaveCount(0);
});

test('a browser without vectors gets a message that can be read', async ({ page, address }) => {
  await page.addInitScript(() => {
    WebAssembly.validate = () => false;
  });
  await page.goto(address);
  await expect(page.getByTestId('start-error').first()).toContainText('WebAssembly with SIMD');
});

test('a slow processor still gets a map at once, if a coarse one', async ({ page, address }) => {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 6 });
  await page.goto(`${address}?width=128&depth=20&networks=20`);
  await settled(page);
  const first = page.evaluate(() => {
    const { lab } = document.querySelector('igb-lab') as unknown as {
      lab: {
        on(event: 'update', listener: (kind: string | null) => void): () => void;
        isStale(kind: string): boolean;
        result(kind: string): { resolution: number };
      };
    };
    return new Promise<number>((resolve) => {
      const end = lab.on('update', (kind) => {
        if (kind !== 'map' || lab.isStale('map')) return;
        end();
        resolve(lab.result('map').resolution);
      });
    });
  });
  await handle(page).focus();
  await page.keyboard.press('PageDown');
  await page.locator('igb-lab igb-class-map').scrollIntoViewIfNeeded();
  await expect(page.locator('igb-lab [data-test=map]')).toHaveAttribute('data-stale', 'false');
  expect(await first).toBeLessThan(112);
  await settled(page);
  expect(await fact(page, 'map', 'resolution')).toBe(112);
});

/** What a hand on the keyboard might put behind the question mark. */
const garbage = [
  '?',
  '?&&&===',
  '?sigma-w2',
  '?sigma-w2=%',
  '?sigma-w2=%00%ff&depth=1e309',
  '?activation=__proto__&constructor=1&toString=2',
  `?seed=${'9'.repeat(400)}`,
  `?${'hide=race,'.repeat(300)}`,
  '?lang=<script>alert(1)</script>&hide=say,phase-map',
  '?width=1e1&depth=0x10&networks= 20 ',
  '?hide=say,playback,phase-map,class-map,histogram,networks,depth-curves,gradients,images,race,own-network,controls',
];

test('no address breaks the page', async ({ page, address }) => {
  for (const query of garbage) {
    await page.goto(address + query);
    await expect(page.locator('igb-lab .lab'), query).toBeAttached();
    await expect(page.getByRole('heading', { level: 1 }), query).toBeVisible();
    await expect(page.getByTestId('start-error'), query).toHaveCount(0);
  }
});
