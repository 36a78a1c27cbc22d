import { dragTo, expect, fact, handle, setState, settled, sigmaW2, test } from './site';

/** The measured mean share of the larger class must lie within this many standard errors of theory:
 * a false alarm once in 15 000 seeds, and the seed is fixed. */
const standardErrors = 4;

async function compareWithTheory(page: Parameters<typeof settled>[0]): Promise<void> {
  const measured = await fact(page, 'histogram', 'mean-max');
  const theory = await fact(page, 'histogram', 'theory-mean-max');
  const deviation = await fact(page, 'histogram', 'theory-deviation');
  const networks = await fact(page, 'histogram', 'networks');
  const bound = (standardErrors * deviation) / Math.sqrt(networks);
  expect(Math.abs(measured - theory), `${measured} against ${theory}`).toBeLessThan(bound);
}

test('dragging the point across the line floods the map and splits the histogram', async ({
  page,
  address,
}) => {
  await page.goto(address);
  await settled(page);
  expect(await fact(page, 'map', 'majority')).toBeLessThan(0.9);
  expect(await fact(page, 'histogram', 'networks')).toBe(500);
  expect(await fact(page, 'histogram', 'edge-mass')).toBeLessThan(0.15);
  await compareWithTheory(page);
  await expect(page.getByTestId('caption')).toContainText('above the edge of chaos');

  await dragTo(page, 1.1);
  await settled(page);
  await expect.poll(() => sigmaW2(page)).toBeLessThan(1.15);
  expect(await fact(page, 'map', 'majority')).toBeGreaterThan(0.97);
  expect(await fact(page, 'histogram', 'edge-mass')).toBeGreaterThan(0.95);
  await compareWithTheory(page);
  await expect(page.getByTestId('caption')).toContainText('below the edge of chaos');
  const tiles = page.locator('igb-lab [data-test=strip] .tile');
  await expect(tiles).toHaveCount(24);
  const shares = await tiles.evaluateAll((all) =>
    all.map((tile) => Number(tile.getAttribute('data-majority'))),
  );
  expect(shares.filter((share) => share > 0.97).length).toBeGreaterThanOrEqual(22);

  await dragTo(page, 5);
  await settled(page);
  expect(await fact(page, 'map', 'majority')).toBeLessThan(0.9);
  expect(await fact(page, 'histogram', 'edge-mass')).toBeLessThan(0.15);
});

test('the map answers while the point is still held', async ({ page, address }) => {
  await page.goto(`${address}?networks=5000`);
  await page.locator('igb-lab igb-phase-map').scrollIntoViewIfNeeded();
  await expect(page.locator('igb-lab [data-test=map]')).toHaveAttribute('data-majority', /./);
  const box = await handle(page).locator('.dot').boundingBox();
  if (!box) throw new Error('the point is not visible');
  await page.mouse.move(box.x + 8, box.y + 8);
  await page.mouse.down();
  await page.mouse.move(box.x + 8, box.y + 140, { steps: 20 });
  await expect(page.locator('igb-lab [data-test=map]')).toHaveAttribute('data-stale', 'false');
  expect(await page.locator('igb-lab').getAttribute('data-settled')).toBe('false');
  await page.mouse.up();
});

test('the same address gives the same networks, a new draw other ones', async ({
  page,
  address,
}) => {
  const query = '?width=32&depth=8&networks=40&seed=7';
  await page.goto(address + query);
  await settled(page);
  const first = await fact(page, 'histogram', 'mean-max');
  await page.reload();
  await settled(page);
  expect(await fact(page, 'histogram', 'mean-max')).toBe(first);

  await page.getByTestId('new-draw').click();
  await settled(page);
  expect(await fact(page, 'histogram', 'mean-max')).not.toBe(first);
  await expect(page).not.toHaveURL(/seed=7(&|$)/);
});

test('odd activations without bias keep inputs uncorrelated, and the page shows it', async ({
  page,
  address,
}) => {
  const others = 'phase-map,networks,depth-curves,gradients,images,race';
  await page.goto(`${address}embed.html?sigma-b2=0&depth=20&width=16&networks=20&hide=${others}`);
  for (const activation of ['tanh', 'erf', 'sin', 'hard_tanh']) {
    for (const sigmaW2 of [0.1, 1, 3.3]) {
      const point = `${activation}, ${sigmaW2}`;
      await setState(page, { activation, sigmaW2 });
      await settled(page);
      await expect(page.getByTestId('failure'), point).toHaveCount(0);
      // gamma = 0: the law of tossing a coin for each of the inputs
      const theory = await fact(page, 'histogram', 'theory-mean-max');
      expect(theory, point).toBeGreaterThan(0.5);
      expect(theory, point).toBeLessThan(0.55);
    }
  }
});

test('an activation without neutrality line says so', async ({ page, address }) => {
  await page.goto(`${address}?activation=relu&sigma-w2=2&sigma-b2=0&width=64&networks=100`);
  await settled(page);
  await expect(page.locator('igb-lab').getByText('relu has no neutrality line')).toBeVisible();
  await compareWithTheory(page);
});
