import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { elementNames } from '../src/model/elements';
import { textsOf } from '../src/model/png';
import { expect, test } from './servers';

const small = 'networks=20&depth=3&width=16&inputs=20&seed=9&sigma-w2=2.5';

/** Why nothing can be taken away yet; empty: it can. */
const refusal = (figure: Locator) =>
  figure.evaluate((element) => {
    try {
      (element as unknown as { checkCurrent(): void }).checkCurrent();
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  });

async function take(page: Page, figure: Locator, what: string): Promise<Buffer> {
  await expect.poll(() => refusal(figure), { timeout: 60_000 }).toBe('');
  await figure.getByTestId('take-away').click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    figure.getByTestId(`take-${what}`).click(),
  ]);
  await page.keyboard.press('Escape');
  return readFile(await download.path());
}

/** What is wrong with an SVG as XML, what it refers to outside itself, its size and description. */
const inspect = (page: Page, svg: string) =>
  page.evaluate((text) => {
    const root = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
    const references = [...root.querySelectorAll('*')].flatMap((element) =>
      [...element.attributes]
        .filter(({ name, value }) => /href|src|url\(/.test(`${name}${value}`))
        .map(({ value }) => value)
        .filter((value) => !/^(data:|#|url\(["']?#)/.test(value)),
    );
    return {
      root: root.localName,
      references,
      description: root.querySelector('desc')?.textContent,
      size: ['width', 'height'].map((name) => Math.round(Number(root.getAttribute(name)))),
      mixed: /oklab|color-mix|var\(/.test(text),
    };
  }, svg);

const figures = elementNames.filter((name) => name !== 'igb-lab');

for (const name of figures) {
  test(`${name}: PNG, SVG and CSV carry version, seed and parameters`, async ({ servers }) => {
    const site = await servers.site();
    const { page, complaints } = await servers.guarded([site]);
    await page.goto(`${site}embed.html?${small}&figure=${name.slice(4)}`);
    const figure = page.locator(name);
    await expect(figure.locator('[part~=loading]')).toHaveCount(0, { timeout: 30_000 });
    if (name === 'igb-histogram') {
      await expect(page.getByTestId('histogram')).toHaveAttribute('data-networks', '20');
    }
    const csv = String(await take(page, figure, 'csv'));
    expect(csv).toMatch(/^# igb \d+\.\d+\.\d+\n/);
    expect(csv).toContain('# sigma-w2 = 2.5\n');
    expect(csv).toContain('# seed = 9\n');

    const svg = await inspect(page, String(await take(page, figure, 'svg')));
    expect(svg).toMatchObject({ root: 'svg', references: [], mixed: false });
    expect(svg.description).toMatch(/^igb \d+\.\d+\.\d+\n/);
    expect(svg.description).toContain('seed = 9');

    const png = await take(page, figure, 'png');
    const texts = textsOf(png);
    expect(texts.Software).toMatch(/^igb \d/);
    expect(texts.Description).toContain('sigma-w2 = 2.5');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(svg.size.map((side) => 2 * side));
    const colours = await page.evaluate(async (base64) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.width, image.height];
      const context = canvas.getContext('2d');
      context?.drawImage(image, 0, 0);
      const pixels = context?.getImageData(0, 0, image.width, image.height).data.buffer;
      return new Set(new Uint32Array(pixels as ArrayBuffer)).size;
    }, png.toString('base64'));
    expect(colours).toBeGreaterThan(2);
    expect(complaints).toEqual([]);
  });
}

test('the numbers of the histogram are those of the page', async ({ servers }) => {
  const site = await servers.site();
  const { page } = await servers.guarded([site]);
  await page.goto(`${site}embed.html?${small}&figure=histogram`);
  await expect(page.getByTestId('histogram')).toHaveAttribute('data-networks', '20');
  const csv = String(await take(page, page.locator('igb-histogram'), 'csv'));
  const rows = csv.split('\n').filter((line) => /^\d/.test(line));
  const shares = rows.map((row) => Number(row.split(',')[1]));
  expect(shares).toHaveLength(20);
  const mean = shares.reduce((sum, share) => sum + Math.max(share, 1 - share), 0) / 20;
  expect(mean).toBeCloseTo(
    Number(await page.getByTestId('histogram').getAttribute('data-mean-max')),
    12,
  );
});

test('command and citation are copied, and shown where they cannot be', async ({ servers }) => {
  const site = await servers.site();
  for (const allowed of [true, false]) {
    const { page, complaints } = await servers.guarded([site], {
      permissions: allowed ? ['clipboard-read', 'clipboard-write'] : [],
    });
    if (!allowed) {
      await page.addInitScript(() =>
        Object.defineProperty(navigator, 'clipboard', { value: undefined }),
      );
    }
    await page.goto(`${site}embed.html?${small}&figure=histogram`);
    await page.getByTestId('take-away').click();
    await page.getByTestId('take-command').click();
    await expect(page.getByRole('status').filter({ hasText: 'igb simulate' })).toContainText(
      '--activation tanh --sigma-w2 2.5 --sigma-b2 0.1 --width 16',
    );
    await page.getByTestId('take-citation').click();
    await expect(page.getByRole('status').filter({ hasText: '@inproceedings' })).toBeVisible();
    if (allowed)
      expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('2505.12096');
    expect(complaints).toEqual([]);
  }
});

test('the menu: keyboard, Escape, outside, and inside a small window', async ({ servers }) => {
  const site = await servers.site();
  const { page, complaints } = await servers.guarded([site], {
    viewport: { width: 260, height: 700 },
  });
  await page.goto(`${site}embed.html?${small}&figure=class-map`);
  const opener = page.getByTestId('take-away');
  const menu = page.locator('.menu');
  await opener.focus();
  await page.keyboard.press('Enter');
  await expect(opener).toHaveAttribute('aria-expanded', 'true');
  await expect(page.getByTestId('take-png')).toBeFocused();
  await expect(menu).toBeInViewport({ ratio: 1 });
  await page.keyboard.press('Tab');
  await expect(page.getByTestId('take-svg')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
  await expect(opener).toBeFocused();
  await expect(opener).toHaveAttribute('aria-expanded', 'false');
  await opener.click();
  await expect(menu).toBeVisible();
  await page.mouse.click(20, 600);
  await expect(menu).toHaveCount(0);
  expect(complaints).toEqual([]);
});
