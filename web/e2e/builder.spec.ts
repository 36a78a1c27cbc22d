import type { Page } from '@playwright/test';
import { expect, test } from './servers';

const small = 'networks=20&depth=3&width=16&inputs=20';
const value = (page: Page, name: string) => page.getByTestId(`snippet-${name}`).inputValue();

test('what the builder gives works, as link, as frame and as tag', async ({ servers }) => {
  const site = await servers.site();
  const { page, complaints } = await servers.guarded([site], {
    viewport: { width: 1280, height: 2400 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await page.goto(`${site}builder.html?${small}`);
  await page.getByLabel('figure').selectOption('histogram');
  await page.getByLabel('theme').selectOption('dark');
  await page.getByRole('spinbutton', { name: 'σ_w²' }).fill('1.5');
  await page.getByRole('spinbutton', { name: 'σ_w²' }).press('Enter');
  await page.getByLabel('height, pixels').fill('510');
  await page.getByLabel('height, pixels').press('Enter');
  await expect(page.getByTestId('preview').getByTestId('histogram')).toHaveAttribute(
    'data-networks',
    '20',
  );
  const query = 'sigma-w2=1.5&depth=3&width=16&inputs=20&networks=20&theme=dark&figure=histogram';
  expect(await value(page, 'link')).toBe(`${site}embed.html?${query}`);
  await page.getByTestId('copy-frame').click();
  const frame = await page.evaluate(() => navigator.clipboard.readText());
  expect(frame).toBe(await value(page, 'frame'));
  expect(frame).toContain('width="560" height="510"');
  const tag = await value(page, 'tag');
  expect(tag).toContain(
    '<igb-histogram sigma-w2="1.5" depth="3" width="16" inputs="20" networks="20" theme="dark"></igb-histogram>',
  );
  expect(complaints).toEqual([]);

  for (const snippet of [frame, tag]) {
    const host = await servers.host(
      `<!doctype html><title>Course</title><link rel="icon" href="data:,">${snippet}`,
    );
    const other = await servers.guarded([site, host]);
    await other.page.goto(host);
    const inside = snippet === frame ? other.page.frameLocator('iframe') : other.page;
    await expect(inside.getByTestId('histogram')).toHaveAttribute('data-networks', '20', {
      timeout: 30_000,
    });
    await expect(inside.locator('igb-histogram')).toHaveAttribute('theme', 'dark');
    expect(other.complaints).toEqual([]);
  }
});

test('the lab itself sets the state, and parts can be left out', async ({ servers }) => {
  const site = await servers.site();
  const { page, complaints } = await servers.guarded([site], {
    viewport: { width: 1280, height: 3000 },
  });
  await page.goto(`${site}builder.html?${small}`);
  await page.getByRole('checkbox', { name: 'race', exact: true }).uncheck();
  await page.getByRole('checkbox', { name: 'controls' }).uncheck();
  await expect(page.getByTestId('preview').locator('igb-race, igb-controls')).toHaveCount(0);
  await page.getByRole('slider', { name: 'Point of the phase diagram' }).focus();
  await page.keyboard.press('PageDown');
  await expect(page.getByTestId('snippet-tag')).toHaveValue(
    /<igb-lab sigma-w2="3.5" .*hide="race,controls">/,
  );
  await page.getByRole('checkbox', { name: 'race', exact: true }).check();
  await expect(page.getByTestId('snippet-link')).toHaveValue(/hide=controls$/);
  expect(complaints).toEqual([]);
});

test('text that cannot be copied is selected', async ({ servers }) => {
  const site = await servers.site();
  const { page } = await servers.guarded([site]);
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
  });
  await page.goto(`${site}builder.html?${small}&figure=class-map`);
  await page.getByTestId('copy-tag').click();
  await expect(page.getByText('Copying is not allowed here')).toBeVisible();
  const selected = await page
    .getByTestId('snippet-tag')
    .evaluate((area: HTMLTextAreaElement) =>
      area.value.slice(area.selectionStart, area.selectionEnd),
    );
  expect(selected).toBe(await value(page, 'tag'));
});

for (const lang of ['en', 'zh']) {
  test(`the builder fits a phone, in ${lang}`, async ({ servers }) => {
    const site = await servers.site();
    const { page, complaints } = await servers.guarded([site], {
      viewport: { width: 390, height: 780 },
    });
    await page.goto(`${site}?${small}&lang=${lang}`);
    await page.getByTestId('builder').click();
    await expect(page.locator('html')).toHaveAttribute('lang', lang === 'zh' ? 'zh-Hans' : 'en');
    await expect(page.getByTestId('snippet-link')).toHaveValue(/networks=20/);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    expect(complaints).toEqual([]);
  });
}
