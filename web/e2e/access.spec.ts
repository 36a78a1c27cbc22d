import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, handle, settled, test } from './site';

const quick = 'width=16&depth=5&networks=20';

/** Rules of accessibility that a page breaks. */
async function violationsOf(page: Page, ...disabled: string[]): Promise<string[]> {
  const { violations, passes } = await new AxeBuilder({ page }).disableRules(disabled).analyze();
  expect(passes.length).toBeGreaterThan(10);
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} (${nodes.length})`);
}

/** That a page draws has come to an end. */
const drawn = (page: Page) =>
  page
    .locator('[data-majority], [data-networks="20"]')
    .first()
    .waitFor({ state: 'attached', timeout: 30_000 });

for (const lang of ['en', 'zh']) {
  for (const theme of ['light', 'dark']) {
    test(`the page breaks no rule of accessibility in ${lang}, ${theme}`, async ({
      page,
      address,
    }) => {
      await page.goto(`${address}?${quick}&lang=${lang}&theme=${theme}&oops=1`);
      await settled(page);
      expect(await violationsOf(page)).toEqual([]);
    });

    test(`the builder breaks no rule of accessibility in ${lang}, ${theme}`, async ({
      page,
      address,
    }) => {
      await page.goto(
        `${address}builder.html?${quick}&lang=${lang}&theme=${theme}&figure=histogram`,
      );
      await page.getByTestId('preview').scrollIntoViewIfNeeded();
      await drawn(page);
      expect(await violationsOf(page)).toEqual([]);
    });
  }
}

for (const [figure, lang, theme] of [
  ['lab', 'en', 'dark'],
  ['lab', 'zh', 'light'],
  ['histogram', 'en', 'light'],
  ['histogram', 'zh', 'dark'],
] as const) {
  test(`the page for frames breaks no rule of accessibility, ${figure} in ${lang}, ${theme}`, async ({
    page,
    address,
  }) => {
    await page.goto(`${address}embed.html?${quick}&figure=${figure}&theme=${theme}&lang=${lang}`);
    await drawn(page);
    // The page around the frame shows through, and has the heading of first rank.
    await page.addStyleTag({ content: 'html { background: Canvas }' });
    expect(await violationsOf(page, 'page-has-heading-one')).toEqual([]);
  });
}

for (const lang of ['en', 'zh']) {
  test(`what a screen reader finds in the lab is as it was, in ${lang}`, async ({
    page,
    address,
  }) => {
    await page.setViewportSize({ width: 1280, height: 4000 }); // all figures are in the window
    await page.goto(`${address}embed.html?${quick}&lang=${lang}`);
    await settled(page);
    await expect(page.locator('igb-lab')).toMatchAriaSnapshot({ name: `lab-${lang}.aria.yml` });
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
  const named = () =>
    page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      const label = (element as HTMLInputElement | null)?.labels?.[0]?.textContent;
      return (element?.ariaLabel || label || element?.textContent || '').trim() !== '';
    });
  const unnamed: string[] = [];
  const seen = new Set<string>();
  await page.keyboard.press('Tab');
  for (let i = 0; i < 150 && !seen.has('button:reset'); ++i) {
    seen.add(await focused());
    if (!(await named())) unnamed.push(await focused());
    await page.keyboard.press('Tab');
  }
  expect(unnamed).toEqual([]);
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
  await expect(page.locator('igb-lab').getByRole('figure', { name: /./ })).toHaveCount(9);
  const curves = page.locator('igb-lab igb-depth-curves');
  await curves.scrollIntoViewIfNeeded();
  await expect(curves.getByRole('img').first()).toHaveAccessibleName(/./);
});
