import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { serveFolder, siteFolder } from '../scripts/static-server.mjs';
import type { State } from '../src/model/params';

/** The site in a folder that is not the root of its host. */
const prefix = '/some/folder/';

interface Site {
  /** Address of the page. */
  address: string;
  /** Fails the test on an error in the console, and on a request to another host. */
  guard: undefined;
}

export const test = base.extend<Pick<Site, 'guard'>, Pick<Site, 'address'>>({
  address: [
    // biome-ignore lint/correctness/noEmptyPattern: the runner reads the pattern.
    async ({}, use) => {
      const server = await serveFolder(siteFolder, 0, prefix);
      const bound = server.address();
      if (bound === null || typeof bound === 'string') throw new Error('no port');
      await use(`http://localhost:${bound.port}${prefix}`);
      server.close();
    },
    { scope: 'worker' },
  ],
  guard: [
    async ({ page, address }, use) => {
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') {
          complaints.push(message.text());
        }
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('request', (request) => {
        const url = request.url();
        const within = ['data:', 'blob:'].some((scheme) => url.startsWith(scheme));
        if (!url.startsWith(address) && !within) complaints.push(url);
      });
      await use(undefined);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Brings the lab into view and waits until everything shown belongs to the current state. */
export async function settled(page: Page): Promise<void> {
  await page.locator('igb-lab').evaluate((lab) => {
    const { top, bottom } = lab.getBoundingClientRect();
    if (top > innerHeight / 2 || bottom < 0) lab.scrollIntoView();
    // Figures learn of it in the frame after the next.
    return new Promise((resolve) => {
      requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)));
    });
  });
  await expect(page.locator('igb-lab')).toHaveAttribute('data-settled', 'true', {
    timeout: 60_000,
  });
  await drawn(page);
}

/** Waits until all figures show what they know. */
async function drawn(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const pending = (root: ParentNode): Promise<unknown>[] =>
      [...root.querySelectorAll('*')].flatMap((element) => {
        const { updateComplete } = element as { updateComplete?: Promise<unknown> };
        const { shadowRoot } = element;
        return [updateComplete ?? [], shadowRoot ? pending(shadowRoot) : []].flat();
      });
    await Promise.all(pending(document));
  });
}

/** The point of the lab. */
export function handle(page: Page): Locator {
  return page.locator('igb-lab igb-phase-map').getByRole('slider');
}

/** A number that the lab exposes as a data attribute. */
export async function fact(page: Page, figure: string, name: string): Promise<number> {
  const shown = page.locator(`igb-lab [data-test=${figure}]`);
  await shown.scrollIntoViewIfNeeded(); // what is outside the window rests
  await expect(shown).not.toHaveAttribute('data-stale', 'true', { timeout: 60_000 });
  await settled(page);
  const value = await shown.getAttribute(`data-${name}`);
  if (value === null) throw new Error(`${figure} shows no ${name}`);
  return Number(value);
}

/** Of the lab; its figures show it once they are in the window. */
export async function sigmaW2(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { state } = document.querySelector('igb-lab') as unknown as {
      state: { sigmaW2: number };
    };
    return state.sigmaW2;
  });
}

/** Holds requests for an address back until what it returns is called. */
export async function holdBack(page: Page, address: string): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(address, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

/** Sets parameters as a program would. */
export async function setState(page: Page, patch: Partial<State>): Promise<void> {
  await page
    .locator('igb-lab')
    .evaluate((lab, patch) => Object.assign(lab, { state: patch }), patch);
}

/** Drags the point with the mouse, straight down or up, until sigma_w2 has passed `goal`. */
export async function dragTo(page: Page, goal: number): Promise<void> {
  const box = await handle(page).locator('.dot').boundingBox();
  if (!box) throw new Error('the point is not visible');
  const x = box.x + box.width / 2;
  let y = box.y + box.height / 2;
  const start = await sigmaW2(page);
  const down = goal < start;
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let passed = false; !passed; ) {
    const now = await sigmaW2(page);
    y += (down ? 1 : -1) * (Math.abs(now - goal) > 0.8 ? 24 : 6);
    await page.mouse.move(x, y);
    const moved = await sigmaW2(page);
    passed = down ? moved <= goal : moved >= goal;
    if (Math.abs(y - box.y) > 1000) throw new Error(`the point stays at ${moved}`);
  }
  await page.mouse.up();
}
