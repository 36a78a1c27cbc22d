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

for (const figure of ['lab', 'histogram']) {
  test(`the page for frames has no violations, ${figure}`, async ({ page, address }) => {
    await page.goto(`${address}embed.html?${quick}&figure=${figure}&theme=light`);
    await page
      .locator('[data-majority], [data-networks="20"]')
      .first()
      .waitFor({ timeout: 30_000 });
    // The heading of first rank is that of the page around the frame.
    const axe = new AxeBuilder({ page }).disableRules(['page-has-heading-one']);
    const { violations, passes } = await axe.analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} (${nodes.length})`);
    expect(found).toEqual([]);
    expect(passes.length).toBeGreaterThan(10);
  });
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

test('words half as long again break nothing', async ({ page, address }) => {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`${address}?${quick}`);
    await settled(page);
    const cut = await page.evaluate(() => {
      const lengthen = (root: Node): void => {
        for (const node of root.childNodes) {
          if (node instanceof Text && node.data.trim() !== '') {
            node.data += ' ŵöŕđš'.repeat(Math.ceil(node.data.trim().length / 12));
          }
          if (!(node instanceof HTMLElement) || node instanceof HTMLStyleElement) continue;
          if (node.ariaHidden === 'true') continue; // signs, not words
          if (node.shadowRoot) lengthen(node.shadowRoot);
          lengthen(node);
        }
      };
      lengthen(document.body);
      const cutOff: string[] = [];
      const inspect = (root: ParentNode): void => {
        for (const element of root.querySelectorAll('*')) {
          const { scrollWidth, clientWidth, localName } = element;
          if (localName === 'button' && scrollWidth > clientWidth + 1) {
            cutOff.push(element.textContent?.trim() ?? '');
          }
          if (element.getBoundingClientRect().right > document.documentElement.clientWidth + 1) {
            cutOff.push(`${localName}.${element.className}`);
          }
          if (element.shadowRoot) inspect(element.shadowRoot);
        }
      };
      inspect(document);
      const { scrollWidth, clientWidth } = document.documentElement;
      return { cutOff, overflow: scrollWidth - clientWidth };
    });
    expect(cut).toEqual({ cutOff: [], overflow: 0 });
  }
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
    'button:take-away',
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
