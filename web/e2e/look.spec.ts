import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { expect, settled, test } from './site';

/** Where pictures of every figure are left to be looked at. */
const gallery = fileURLToPath(new URL('../../build/results/look/', import.meta.url));

const query = 'sigma-w2=2.2&width=64&depth=20&networks=100';

const figures = [
  'igb-phase-map',
  'igb-class-map',
  'igb-histogram',
  'igb-networks',
  'igb-depth-curves',
  'igb-gradients',
  'igb-images',
  'igb-race',
  'igb-own-network',
] as const;

const variants = [
  { name: 'light', query: 'theme=light', width: 1280 },
  { name: 'dark', query: 'theme=dark', width: 1280 },
  { name: 'zh', query: 'lang=zh&theme=light', width: 1280 },
  { name: 'phone', query: 'theme=light', width: 390 },
] as const;

async function showFigure(page: Page, figure: string): Promise<void> {
  await page.locator(`igb-lab ${figure}`).scrollIntoViewIfNeeded();
  await expect(page.locator(`igb-lab ${figure}`)).not.toHaveAttribute('data-paused');
  await settled(page);
}

for (const variant of variants) {
  test(`pictures of every figure, ${variant.name}`, async ({ page, address }) => {
    await page.setViewportSize({ width: variant.width, height: 900 });
    await page.goto(`${address}?${query}&${variant.query}`);
    await settled(page);
    for (const figure of figures) {
      await showFigure(page, figure);
      const picture = await page
        .locator(`igb-lab ${figure}`)
        .screenshot({ path: `${gallery}${figure}-${variant.name}.png` });
      // Of one colour it would have some 3000 bytes.
      expect(picture.length, figure).toBeGreaterThan(8000);
    }
  });
}

/** What hides letters, whose shapes depend on the fonts of the machine. */
const withoutLetters = fileURLToPath(new URL('without-letters.css', import.meta.url));

test('figures look as they did', async ({ page, address }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(`${address}?${query}&theme=light`);
  await settled(page);
  for (const [figure, part] of [
    ['igb-class-map', 'canvas'],
    ['igb-networks', '.tiles'],
    ['igb-phase-map', 'svg.plot'],
    ['igb-histogram', 'svg.plot'],
  ] as const) {
    await showFigure(page, figure);
    await expect
      .soft(page.locator(`igb-lab ${figure} ${part}`).first())
      .toHaveScreenshot(`${figure}.png`, { stylePath: withoutLetters, maxDiffPixelRatio: 0.01 });
  }
});
