import type { Page } from '@playwright/test';
import { serveFolder, siteFolder } from '../scripts/static-server.mjs';
import { parameters } from '../src/model/params';
import { dragTo, expect, handle, holdBack, setState, settled, sigmaW2, test } from './site';

/** Small networks, where a test is not about them. */
const quick = '?width=16&depth=5&networks=20';

test('the arrow keys move the point, finer with Shift', async ({ page, address }) => {
  await page.goto(address + quick);
  await settled(page);
  await handle(page).focus();
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => sigmaW2(page)).toBe(3.95);
  await page.keyboard.press('Shift+ArrowDown');
  await expect.poll(() => sigmaW2(page)).toBe(3.94);
  await page.keyboard.press('PageDown');
  await expect.poll(() => sigmaW2(page)).toBe(3.44);
  await page.keyboard.press('ArrowRight');
  await expect(page).toHaveURL(/sigma-w2=3\.44&sigma-b2=0\.105/);
  await expect(handle(page)).toHaveAttribute('aria-valuetext', /3\.44.*0\.105; chaos: /);
});

test('the state is in the address, and comes back from it', async ({ page, address }) => {
  await page.goto(address + quick);
  await settled(page);
  await dragTo(page, 3);
  await page.getByLabel('activation').selectOption('erf');
  await page.getByRole('spinbutton', { name: 'depth' }).fill('6');
  await page.getByRole('spinbutton', { name: 'depth' }).press('Enter');
  await page.locator('igb-lab .tile').nth(3).click();
  await expect(page).toHaveURL(/activation=erf.*depth=6.*network=3/);
  const before = await sigmaW2(page);
  await page.reload();
  await settled(page);
  await expect.poll(() => sigmaW2(page)).toBe(before);
  await expect(page.getByLabel('activation')).toHaveValue('erf');
  await expect(page.locator('igb-lab .tile').nth(3)).toHaveAttribute('aria-pressed', 'true');

  await page.getByTestId('reset').click();
  await expect.poll(() => sigmaW2(page)).toBe(4);
  await expect(page).toHaveURL(address);
});

test('a bad address shows a notice and the defaults', async ({ page, address }) => {
  await page.goto(`${address}${quick}&sigma-w2=1e9&activation=swish&colour=red`);
  const notice = page.getByTestId('url-notice');
  await expect(notice).toContainText('sigma-w2 = 1e9 is not allowed; allowed: 0.1 .. 6');
  await expect(notice).toContainText('activation = swish is not allowed; allowed: linear, relu');
  await expect(notice).toContainText('colour: there is no such parameter');
  await settled(page);
  await expect.poll(() => sigmaW2(page)).toBe(4);
  await expect(page.getByLabel('activation')).toHaveValue('tanh');
  await notice.getByRole('button').click();
  await expect(notice).toHaveCount(0);
});

test('a parameter given twice shows a notice and the default', async ({ page, address }) => {
  await page.goto(`${address}${quick}&sigma-w2=1&sigma-w2=2`);
  await expect(page.getByTestId('url-notice').getByRole('listitem')).toHaveText(
    'sigma-w2 is given more than once (1, 2); allowed: one value out of 0.1 .. 6. The default is used.',
  );
  await settled(page);
  await expect.poll(() => sigmaW2(page)).toBe(4);
});

test('a field refuses what is not allowed, says so beside it and keeps the state', async ({
  page,
  address,
}) => {
  await page.setViewportSize({ width: 390, height: 780 });
  await page.goto(address + quick);
  await settled(page);
  const depth = page.getByRole('spinbutton', { name: 'depth' });
  const refusal = page.locator('.refused');
  const entries = [
    ['', '(not a number)'],
    ['-3', '-3'],
    ['1e9', '1e9'],
    ['1.5', '1.5'],
  ] as const;
  for (const [entry, shown] of entries) {
    await depth.fill(entry);
    await depth.press('Enter');
    await expect(refusal).toHaveText(
      `depth = ${shown} is not allowed; allowed: whole numbers 1 .. 100.`,
    );
    await expect(refusal).toBeInViewport({ ratio: 1 });
    await expect(depth).toHaveValue('5');
    await expect(page).toHaveURL(/depth=5/);
  }
  await page.getByTestId('language').click();
  await expect(refusal).toHaveText('深度 = 1.5 不在允许范围内；允许：整数 1 .. 100。');
  await page.getByRole('spinbutton', { name: '深度' }).fill('6');
  await page.getByRole('spinbutton', { name: '深度' }).press('Enter');
  await expect(refusal).toHaveCount(0);
  await expect(page).toHaveURL(/depth=6/);
});

test('the focused point is marked', async ({ page, address }) => {
  await page.goto(address + quick);
  await settled(page);
  const ring = handle(page).locator('.ring');
  await expect(ring).toHaveCSS('stroke-opacity', '0.35');
  await page.getByTestId('language').focus();
  while (!(await handle(page).evaluate((element) => element.matches(':focus')))) {
    await page.keyboard.press('Tab');
  }
  await expect(ring).toHaveCSS('stroke-opacity', '1');
  await expect(ring).toHaveCSS('stroke-width', '3px');
});

/** Boxes of what is written in the plot of the phase diagram, and of the plot. */
async function namesInDiagram(page: Page): Promise<{ plot: DOMRect; names: DOMRect[] }> {
  const diagram = page.locator('igb-lab igb-phase-map');
  const boxes = (selector: string) =>
    diagram
      .locator(selector)
      .evaluateAll((elements) =>
        elements.map((element) => element.getBoundingClientRect().toJSON() as DOMRect),
      );
  const [plot] = await boxes('.surface');
  if (!plot) throw new Error('the diagram has no plot');
  return { plot, names: await boxes('.region:visible, .line-name') };
}

/** Whether the lines are those of the activation; gamma in colours may still be on its way. */
const hasLines = (page: Page) =>
  page.locator('igb-lab').evaluate((element) => {
    const { lab } = element as unknown as { lab: { isStale(kind: string): boolean } };
    return !lab.isStale('lines');
  });

test('names in the phase diagram stay apart and inside, at any width', async ({
  page,
  address,
}) => {
  const activations = parameters.activation.choices;
  expect(activations.length).toBeGreaterThan(10);
  const others = 'class-map,histogram,networks,depth-curves,gradients,images,race';
  await page.goto(`${address}embed.html${quick}&hide=${others}`);
  for (const activation of activations) {
    await setState(page, { activation });
    for (const width of [360, 390, 1280]) {
      await page.setViewportSize({ width, height: 780 });
      await page.locator('igb-lab igb-phase-map').scrollIntoViewIfNeeded();
      await expect.poll(() => hasLines(page), { timeout: 60_000 }).toBe(true);
      const at = `${activation}, ${width} pixels`;
      await expect
        .poll(async () => (await namesInDiagram(page)).names.length, at)
        .toBeGreaterThan(0);
      const { plot, names } = await namesInDiagram(page);
      const outside = names.filter(({ left, right }) => left < plot.left || right > plot.right);
      expect(outside, at).toEqual([]);
      const overlapping = names.filter((a, i) =>
        names.some(
          (b, j) =>
            i < j && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom,
        ),
      );
      expect(overlapping, at).toEqual([]);
    }
  }
});

test('the language toggles, and all of the page with it', async ({ page, address }) => {
  await page.goto(address + quick);
  await settled(page);
  await page.getByTestId('language').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('未经训练的网络已有偏好');
  await expect(page.getByTestId('caption')).toContainText('比混沌边缘高');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
  await expect(page).toHaveURL(/lang=zh/);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('未经训练的网络已有偏好');
  await page.getByTestId('language').click();
  await settled(page); // a lab outside the window does not follow its results
  await expect(page.getByTestId('caption')).toContainText('above the edge of chaos');
});

test('the language toggles before the engine has arrived', async ({ page, address }) => {
  const arrive = await holdBack(page, '**/*.wasm');
  await page.goto(`${address + quick}&sigma-w2=3&lang=zh`);
  await page.getByTestId('language').click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await page.waitForTimeout(500); // longer than the address waits for its state
  arrive();
  await settled(page);
  await expect(page.getByTestId('caption')).toContainText('above the edge of chaos');
  await expect.poll(() => sigmaW2(page)).toBe(3);
  await expect(page).toHaveURL(/sigma-w2=3/);
  await expect(page).not.toHaveURL(/lang=zh/);
});

test('the button carries the point across the line', async ({ page, address }) => {
  await page.goto(address + quick);
  await settled(page);
  await page.getByTestId('cross').click();
  await expect(page.getByTestId('cross')).toHaveText('Stop');
  await expect(page.getByTestId('caption')).toContainText('45 % below', { timeout: 15_000 });
  await expect(page.getByTestId('cross')).toHaveText('Cross the line');
});

test('with reduced motion the point jumps across the line', async ({ page, address }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(address + quick);
  await settled(page);
  await page.getByTestId('cross').click();
  await expect.poll(() => sigmaW2(page)).toBeLessThan(1.2);
  await expect(page.getByTestId('cross')).toHaveText('Cross the line');
});

for (const lang of ['en', 'zh']) {
  test(`nothing sticks out on phones in ${lang}`, async ({ page, address }) => {
    await page.goto(`${address}${quick}&lang=${lang}&oops=1`);
    for (const width of [320, 360, 390]) {
      await page.setViewportSize({ width, height: 780 });
      await settled(page);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, `${width} pixels`).toBe(0);
    }
  });
}

test.describe('with a finger', () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 780 } });

  test('a tap moves the point, and the figure leaves scrolling to the page', async ({
    page,
    address,
  }) => {
    await page.goto(address + quick);
    await settled(page);
    await page.locator('igb-lab igb-phase-map').scrollIntoViewIfNeeded();
    const box = await page.locator('igb-lab igb-phase-map svg.plot').boundingBox();
    if (!box) throw new Error('the diagram is not visible');
    await page.touchscreen.tap(box.x + box.width / 2, box.y + 0.8 * box.height);
    await expect.poll(() => sigmaW2(page)).toBeLessThan(2);

    const touchAction = (selector: string) =>
      page.locator(selector).evaluate((element) => getComputedStyle(element).touchAction);
    expect(await touchAction('igb-lab igb-phase-map')).toBe('pan-y');
    expect(await touchAction('igb-lab igb-phase-map .handle')).toBe('none');
  });
});

// These cause errors in the console on purpose, so they run on a page of their own, unguarded.
test('a missing module is explained', async ({ browser, address }) => {
  const page = await browser.newPage();
  await page.route('**/*.wasm', (route) => route.fulfill({ status: 404 }));
  await page.goto(address);
  await expect(page.getByTestId('start-error')).toContainText('igb.wasm) could not be loaded');
  await page.close();
});

test('a corrupt module is explained', async ({ browser, address }) => {
  const page = await browser.newPage();
  await page.route('**/*.wasm', (route) => route.fulfill({ body: 'not a module' }));
  await page.goto(address);
  await expect(page.getByTestId('start-error')).toContainText('could not start');
  await page.close();
});

test('a policy that forbids WebAssembly is explained', async ({ browser }) => {
  const server = await serveFolder(siteFolder, 0, '/', {
    'content-security-policy':
      "default-src 'self'; img-src data:; style-src 'self' 'unsafe-inline'",
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  const page = await browser.newPage();
  await page.goto(`http://localhost:${bound.port}/`);
  await expect(page.getByTestId('start-error')).toContainText("'wasm-unsafe-eval'");
  await page.close();
  server.close();
});

test('what the engine refuses is said, and forgotten at the next point', async ({
  page,
  address,
}) => {
  await page.goto(`${address}?activation=linear&sigma-w2=6&depth=100&width=16&networks=20`);
  await settled(page);
  await expect(page.getByTestId('failure')).toContainText('not a finite number (layer = ');
  await expect(page.getByTestId('caption')).toHaveText('There is nothing to show for this point.');
  await dragTo(page, 2);
  await settled(page);
  await expect(page.getByTestId('failure')).toHaveCount(0);
  await expect(page.getByTestId('caption')).toContainText('of the plane to class');
});
