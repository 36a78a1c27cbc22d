import type { Page } from '@playwright/test';
import { expect, settled, test } from './site';

/** Small networks, where a test is not about them. */
const quick = '?width=16&depth=20&networks=20';

const story = (page: Page) => page.locator('igb-story');

/** A pattern whose spaces are of any kind: values of read-outs are not torn apart. */
const spaced = (pattern: RegExp) => new RegExp(pattern.source.replaceAll(' ', '\\s'));

/** A link in the list of steps. */
const step = (page: Page, name: string) =>
  page.getByRole('navigation').getByRole('link', { name, exact: true });

/** Waits until the lab is there. */
async function expectSigmaW2(page: Page, value: number): Promise<void> {
  await expect(page.getByRole('slider').first()).toHaveAttribute('aria-valuenow', String(value));
}

/** Turns the wheel until a step is read. */
async function scrollTo(page: Page, step: string): Promise<void> {
  await page.mouse.move(200, 400);
  const target = story(page).locator(`.story[data-step=${step}]`);
  for (let i = 0; i < 60 && (await target.count()) === 0; ++i) {
    await page.mouse.wheel(0, 150);
    await page.waitForTimeout(60);
  }
  await expect(target).toHaveCount(1);
}

/** As a reader who has let the lab follow. */
async function follow(page: Page): Promise<void> {
  await page.getByTestId('follow').check();
}

test.describe('on a wide screen', () => {
  test.use({ viewport: { width: 1280, height: 800 } });

  test('the first screen has the title, a point to drag and a class map', async ({
    page,
    address,
  }) => {
    await page.goto(address);
    await expect(page.getByRole('heading', { level: 1 })).toBeInViewport({ ratio: 1 });
    await expect(story(page).getByRole('slider')).toBeInViewport();
    await expect(story(page).locator('igb-phase-map svg.plot')).toBeInViewport({ ratio: 1 });
    await expect(story(page).locator('igb-class-canvas')).toBeInViewport({ ratio: 1 });
    await expect(story(page).locator('[data-test=map]')).toHaveAttribute('data-majority', /./);
    await expect(page.getByTestId('story-says')).toContainText('above the edge of chaos');
  });

  test('the lab follows as one reads, and the figures with it', async ({ page, address }) => {
    await page.goto(address);
    await expectSigmaW2(page, 4);
    for (const [name, value, figure] of [
      ['many', 2.48, 'igb-networks'],
      ['order', 1.59, 'igb-class-map'],
      ['why', 1.59, 'igb-depth-curves'],
      ['neutral', 4.97, 'igb-histogram'],
      ['edge', 1.99, 'igb-depth-curves'],
    ] as const) {
      await scrollTo(page, name);
      await expectSigmaW2(page, value);
      await expect(story(page).locator(`.stage ${figure}`)).toBeVisible();
      await expect(page).toHaveURL(new RegExp(`sigma-w2=${value}`));
    }
    await scrollTo(page, 'lab');
    await page.waitForTimeout(500);
    await expectSigmaW2(page, 1.99);
    expect(await page.evaluate(() => scrollY)).toBeGreaterThan(2000);
  });

  test('the point sweeps to its place, and stops when the reader takes it', async ({
    page,
    address,
  }) => {
    await page.goto(address + quick);
    await expectSigmaW2(page, 4);
    const passed = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const map = document.querySelector('igb-story igb-phase-map') as HTMLElement;
          map.addEventListener(
            'change',
            (event) => {
              resolve((event as CustomEvent<{ sigmaW2: number }>).detail.sigmaW2);
              const handle = map.shadowRoot?.querySelector('.handle');
              handle?.dispatchEvent(new KeyboardEvent('keydown', { key: 'End' }));
            },
            { once: true },
          );
          document.querySelector<HTMLElement>('a[href="#step-order"]')?.click();
        }),
    );
    expect(passed).toBeLessThan(4);
    expect(passed).toBeGreaterThan(1.6);
    await page.waitForTimeout(1200);
    await expectSigmaW2(page, 6);
  });

  test('one undo takes a step back', async ({ page, address }) => {
    await page.goto(address + quick);
    await step(page, 'Order').click();
    await expectSigmaW2(page, 1.59);
    await page.getByTestId('story-undo').click();
    await expectSigmaW2(page, 4);
    await expect(page.getByTestId('story-undo')).toBeDisabled();
    await page.waitForTimeout(600);
    await expectSigmaW2(page, 4);
  });

  test('a state in the address stays, whatever one scrolls, until one asks', async ({
    page,
    address,
  }) => {
    await page.goto(`${address}?sigma-w2=3&seed=7&width=16&networks=20`);
    await expectSigmaW2(page, 3);
    await expect(page.getByTestId('follow')).not.toBeChecked();
    await scrollTo(page, 'order');
    await page.waitForTimeout(600);
    await expectSigmaW2(page, 3);
    await page.locator('#step-order').getByTestId('show').click();
    await expectSigmaW2(page, 1.59);
    await expect(page).toHaveURL(/seed=7/);
    await expect(page.locator('#step-order').getByTestId('show')).toHaveText('Shown: σw² = 1.59');
    await follow(page);
    await scrollTo(page, 'edge');
    await expectSigmaW2(page, 1.99);
  });

  test('loading a place further down moves nothing', async ({ page, address }) => {
    await page.goto(`${address}?sigma-w2=3&width=16&networks=20#step-order`);
    await expect(page.locator('#step-order h2')).toBeInViewport();
    await page.waitForTimeout(1500);
    await expectSigmaW2(page, 3);
  });

  test('an address of a step without a state opens at its state', async ({ page, address }) => {
    await page.goto(`${address}#step-edge`);
    await expect(page.locator('#step-edge h2')).toBeInViewport();
    await expectSigmaW2(page, 1.99);
    await expect(story(page).locator('.story')).toHaveAttribute('data-step', 'edge');
  });

  test('steps work by keyboard', async ({ page, address }) => {
    await page.goto(address + quick);
    await step(page, 'Neutrality').focus();
    await page.keyboard.press('Enter');
    await expectSigmaW2(page, 4.97);
    await expect(page.locator('#step-neutral h2')).toBeInViewport();
    await expect(step(page, 'Neutrality')).toHaveAttribute('aria-current', 'step');
    await page.locator('#step-edge').getByTestId('show').focus();
    await page.keyboard.press('Enter');
    await expectSigmaW2(page, 1.99);
    await page.evaluate(() => {
      location.hash = 'step-order';
    });
    await expectSigmaW2(page, 1.59);
  });

  test('with reduced motion a step is there at once', async ({ page, address }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto(address + quick);
    const places: number[] = [];
    await page.exposeFunction('place', (value: number) => places.push(value));
    await page.evaluate(() => {
      const map = document.querySelector('igb-phase-map') as HTMLElement & { lab: unknown };
      map.addEventListener('change', (event) =>
        (window as unknown as { place(value: number): void }).place(
          (event as CustomEvent<{ sigmaW2: number }>).detail.sigmaW2,
        ),
      );
    });
    await step(page, 'Order').click();
    await expectSigmaW2(page, 1.59);
    expect(places).toEqual([1.59]);
  });

  test('what the text tells is what theory says beside it', async ({ page, address }) => {
    for (const step of ['many', 'order', 'neutral', 'edge']) {
      await page.goto('about:blank');
      await page.goto(`${address}#step-${step}`);
      const says = page.getByTestId('story-says');
      await expect(says).toContainText(/theory expects \d+ %/);
      const [, share] = /theory expects (\d+ %)/.exec((await says.textContent()) ?? '') ?? [];
      await expect(page.locator(`#step-${step}`)).toContainText(`${share}`);
      if (step === 'order') continue;
      const histogram = story(page).locator('[data-test=histogram]');
      const mean = async () => Number(await histogram.getAttribute('data-theory-mean-max'));
      await expect.poll(async () => `${Math.round(100 * (await mean()))} %`).toBe(share);
    }
  });

  test('questions at the end lead into the lab', async ({ page, address }) => {
    await page.goto(address + quick);
    await page.getByTestId('try-relu').click();
    await expect(page).toHaveURL(/activation=relu.*#lab$/);
    await expect(page.locator('#lab-title')).toBeInViewport();
    await settled(page);
    await expect(page.locator('igb-lab').getByText('relu has no neutrality line')).toBeVisible();
  });

  test('words lead to the glossary', async ({ page, address }) => {
    await page.goto(address + quick);
    await page
      .locator('#step-opinion')
      .getByRole('link', { name: 'initial guessing bias' })
      .click();
    await expect(page.locator('#term-igb')).toBeInViewport();
    await expect(page.locator('#term-igb math')).toHaveAttribute('alttext', /larger of G 0/);
    await expect(page.getByTestId('glossary-note')).toContainText('nothing about people');
    const ids = await page
      .locator('a[href^="#term-"]')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href')?.slice(1) ?? ''));
    expect(ids.length).toBeGreaterThan(15);
    for (const id of new Set(ids)) await expect(page.locator(`#${id}`)).toHaveCount(1);
  });

  test('figures tell the values under the mouse, and of the keys', async ({ page, address }) => {
    await page.goto(address + quick);
    const phase = story(page).getByTestId('phase-read-out');
    await expect(phase).toHaveText(
      spaced(/σw² = 4 · σb² = 0\.1 · γ → 0\.4 · 101 % above the edge/),
    );
    const plot = story(page).locator('igb-phase-map .surface rect');
    const { width, height } = (await plot.boundingBox()) ?? { width: 0, height: 0 };
    await plot.hover({ position: { x: width / 2, y: (5 / 6) * height }, force: true });
    await expect(phase).toHaveText(
      spaced(/σw² = (1|0\.9|1\.0)\d* · σb² = 0\.2\d* · γ → ∞ · 5\d % below the edge/),
    );
    await expect(phase).toHaveAttribute('aria-live', 'off');
    await page.mouse.move(10, 10);
    await expect(phase).toContainText('σw² = 4 ·');

    const map = story(page).getByTestId('map-read-out');
    const plane = story(page).locator('igb-class-map .plane');
    await plane.hover({ position: { x: 1, y: 1 } });
    await expect(map).toHaveText(
      spaced(/^input \(-2\.\d\d, 2\.\d\d\) · class [AB], ahead by [\d.e-]+$/),
    );
    await expect(map).toHaveAttribute('aria-live', 'off');
    await page.mouse.move(10, 10);
    await expect(map).toHaveText('');
    await plane.focus();
    await page.keyboard.press('ArrowRight');
    await expect(map).toContainText('input (0.25, 0.00)');
    await expect(map).toHaveAttribute('aria-live', 'polite');
    await expect(plane.locator('circle')).toHaveCount(2);
  });

  test('the histogram tells of a bar', async ({ page, address }) => {
    await page.goto(`${address}${quick}#lab`);
    await settled(page);
    const histogram = page.locator('igb-lab igb-histogram');
    const readOut = histogram.getByTestId('histogram-read-out');
    await histogram.getByRole('application').focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowRight');
    await expect(readOut).toHaveText(
      spaced(/^G₀ = 0\.05 … 0\.10 · [\d.]+ % of the networks · [\d.]+ % by theory$/),
    );
    await expect(readOut).toHaveAttribute('aria-live', 'polite');
    await histogram.locator('svg').hover();
    await expect(readOut).toHaveText(spaced(/^G₀ = 0\.[45]/));
    await expect(readOut).toHaveAttribute('aria-live', 'off');
  });
});

for (const lang of ['en', 'zh']) {
  test(`nothing sticks out, however narrow the window, in ${lang}`, async ({ page, address }) => {
    await page.goto(`${address}${quick}&lang=${lang}`);
    for (const width of [320, 360, 390, 800]) {
      await page.setViewportSize({ width, height: 780 });
      for (const step of ['opinion', 'many', 'order', 'why', 'neutral', 'edge', 'lab']) {
        await page.locator(`#step-${step}`).evaluate((element) => element.scrollIntoView());
        await page.waitForTimeout(200);
      }
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, `${width} pixels`).toBe(0);
    }
  });
}

test('on a phone the figures stand between the paragraphs, and the lab follows', async ({
  page,
  address,
}) => {
  await page.setViewportSize({ width: 390, height: 780 });
  await page.goto(address + quick);
  await follow(page);
  await expect(story(page).locator('.stage')).toHaveCount(0);
  await scrollTo(page, 'many');
  await expectSigmaW2(page, 2.48);
  await expect(page.locator('#step-many igb-networks')).toBeVisible();
});
