import AxeBuilder from '@axe-core/playwright';
import { expect, handle, settled, test } from './site';

const quick = 'width=16&depth=5&networks=20';

for (const lang of ['en', 'zh']) {
  for (const theme of ['light', 'dark']) {
    test(`the page has no violations of accessibility rules in ${lang}, ${theme}`, async ({
      page,
      address,
    }) => {
      await page.goto(`${address}?${quick}&lang=${lang}&theme=${theme}&oops=1`);
      await settled(page);
      const { violations, passes } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} (${nodes.length})`);
      expect(found).toEqual([]);
      expect(passes.length).toBeGreaterThan(20);
    });
  }
}

test('at 200 % zoom nothing sticks out and all stays', async ({ page, address }) => {
  // A window of 1280 pixels at 200 % has room for 640.
  await page.setViewportSize({ width: 640, height: 500 });
  await page.goto(`${address}?${quick}`);
  await settled(page);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
});

test('everything can be reached with the keyboard, and is named', async ({ page, address }) => {
  await page.goto(`${address}?${quick}`);
  await settled(page);
  const focused = () =>
    page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return `${element?.localName}:${element?.getAttribute('data-test') ?? element?.getAttribute('name') ?? element?.getAttribute('class') ?? ''}`;
    });
  const seen = new Set<string>();
  await page.keyboard.press('Tab');
  for (let i = 0; i < 150 && !seen.has('button:reset'); ++i) {
    seen.add(await focused());
    await page.keyboard.press('Tab');
  }
  for (const stop of [
    'button:language',
    'button:cross',
    'button:play',
    'input:scrub',
    'g:handle ',
    'summary:take-away',
    'button:tile',
    'select:race-data',
    'button:race-start',
    'select:preset',
    'select:activation',
    'input:sigma-w2',
    'button:new-draw',
    'button:reset',
  ]) {
    expect([...seen], stop).toContain(stop);
  }
});

test('a screen reader is told about each figure, and of the new state after a move', async ({
  page,
  address,
}) => {
  await page.goto(`${address}?${quick}`);
  await settled(page);
  const live = page.locator('igb-lab [aria-live=polite]').first();
  await expect(live).toContainText('above the edge', { timeout: 5000 });
  await handle(page).focus();
  for (let i = 0; i < 6; ++i) await page.keyboard.press('PageDown');
  await expect(live).toContainText('below the edge', { timeout: 5000 });
  await expect(page.getByRole('img', { name: /Class map|plane/ }).first()).toBeVisible();
  await expect(page.getByRole('figure')).not.toHaveCount(0);
});
