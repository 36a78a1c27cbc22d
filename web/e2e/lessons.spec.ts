import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, settled, test } from './site';

const document = readFileSync(new URL('../doc/teachers.md', import.meta.url), 'utf8');
/** The numbers of the lessons are theory: measuring little is enough. */
const quick = '&width=16&networks=20';

/** The cells of the rows of the tables, without their heads. */
const rows = document
  .split('\n')
  .filter((line) => /^\s*\|/.test(line) && line.includes('%') && !line.includes('start  '))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map((cells) => cells.slice(1, -1));

/** The address behind the words of a link. */
function link(words: string): string {
  const [, address] = new RegExp(`\\[${words}\\]\\(([^)#]*)#lab\\)`).exec(document) ?? [];
  if (!address) throw new Error(`no link ${words}`);
  return address + quick;
}

const caption = (page: Page) => page.getByTestId('caption');

test('lesson 1: networks have favourites, and none wins', async ({ page, address }) => {
  await page.goto(
    `${address}${link('the lab a little above the red line').replace(quick, '')}#lab`,
  );
  await settled(page);
  await expect(caption(page)).toContainText('This network gives 83 % of the plane to class A');
  await expect(caption(page)).toContainText('theory expects 78 %');
  await expect(page.locator('igb-lab igb-networks')).toContainText('13 of 24 favour class A');
});

test('lesson 2: the table of depths', async ({ page, address }) => {
  const table = rows.filter(([depth]) => /^\d+$/.test(depth ?? ''));
  expect(table.length).toBe(5);
  for (const [column, words] of [
    [1, 'two layers below the line'],
    [2, 'on the line'],
  ] as const) {
    await page.goto(`${address}${link(words)}#lab`);
    const depth = page.getByRole('spinbutton', { name: 'depth' });
    for (const row of table) {
      await depth.fill(row[0] as string);
      await depth.press('Enter');
      await expect(caption(page)).toContainText(`theory expects ${row[column]}`);
    }
  }
});

test('lesson 3: the table of starts', async ({ page, address }) => {
  const table = rows.filter(([start]) => start?.startsWith('paper:'));
  expect(table.length).toBe(4);
  await page.goto(`${address}?${quick.slice(1)}#lab`);
  for (const [start, share, gradients] of table) {
    const options = page.getByLabel('start from').locator('option');
    const label = (await options.allTextContents()).find((text) => text.startsWith(start ?? ''));
    await page.getByLabel('start from').selectOption({ label: label ?? '' });
    await expect(caption(page)).toContainText(`theory expects ${share}`);
    await expect(caption(page)).toContainText(gradients as string);
  }
});
