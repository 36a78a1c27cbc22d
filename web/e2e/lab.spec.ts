import { expect, fact, handle, settled, sigmaW2, test } from './site';

/** Small networks, where a test is not about them. */
const quick = '?width=16&depth=5&networks=20';

test('undo and redo go through states, a drag being one', async ({ page, address }) => {
  await page.goto(address + quick);
  await settled(page);
  const undo = page.getByTestId('undo');
  await expect(undo).toBeDisabled();
  const box = await handle(page).locator('.dot').boundingBox();
  if (!box) throw new Error('the point is not visible');
  await page.mouse.move(box.x + 8, box.y + 8);
  await page.mouse.down();
  await page.mouse.move(box.x + 8, box.y + 90, { steps: 12 });
  await page.mouse.up();
  await expect.poll(() => sigmaW2(page)).toBeLessThan(4);
  await settled(page);
  const dragged = await sigmaW2(page);
  await page.getByTestId('preset').selectOption('he');
  await expect(page.getByLabel('activation')).toHaveValue('relu');
  await undo.click();
  await expect(page.getByLabel('activation')).toHaveValue('tanh');
  await expect.poll(() => sigmaW2(page)).toBe(dragged);
  await undo.click();
  await expect.poll(() => sigmaW2(page)).toBe(4);
  await expect(undo).toBeDisabled();
  await page.getByTestId('redo').click();
  await expect.poll(() => sigmaW2(page)).toBe(dragged);
});

test('fields follow undo, whatever has been chosen in them', async ({ page, address }) => {
  await page.goto(address + quick);
  await settled(page);
  const activation = page.getByLabel('activation');
  await activation.selectOption('relu');
  await activation.selectOption('erf');
  await page.getByTestId('undo').click();
  await expect(activation).toHaveValue('relu');
  await page.getByTestId('undo').click();
  await expect(activation).toHaveValue('tanh');
  await page.getByTestId('redo').click();
  await expect(activation).toHaveValue('relu');
});

test('undo is about networks, not about how they are shown', async ({ page, address }) => {
  await page.goto(`${address + quick}&sigma-w2=3`);
  await settled(page);
  await page.getByLabel('activation').selectOption('relu');
  await page.getByTestId('language').click();
  await settled(page);
  await page.getByTestId('undo').click();
  await expect(page).toHaveURL(/lang=zh/);
  await expect(page).not.toHaveURL(/activation=/);
  await expect(page.getByTestId('undo')).toBeDisabled();
  await page.getByTestId('redo').click();
  await expect(page).toHaveURL(/activation=relu/);
  await expect(page).toHaveURL(/lang=zh/);
});

test('presets are where they say, and PyTorch depends on the width', async ({ page, address }) => {
  await page.goto(address + quick);
  await settled(page);
  const preset = page.getByTestId('preset');
  await preset.selectOption('paper-edge');
  await expect(page.getByTestId('caption')).toContainText('on the edge of chaos');
  await preset.selectOption('he');
  await expect(page).toHaveURL(/activation=relu&sigma-w2=2&sigma-b2=0/);
  await preset.selectOption('pytorch');
  await expect(page).toHaveURL(/sigma-w2=0\.333&sigma-b2=0\.0208/);
});

test('depth can be played, paused and stepped; the weights stay', async ({ page, address }) => {
  await page.goto(`${address}?width=16&depth=97&networks=20`);
  await settled(page);
  await page.getByTestId('play').click();
  await expect(page.getByTestId('scrub')).toHaveValue('100');
  await expect(page.getByTestId('play')).toBeVisible(); // the end pauses
  await page.getByTestId('play').click(); // from the first layer
  await expect
    .poll(async () => Number(await page.getByTestId('scrub').inputValue()))
    .toBeLessThan(60);
  await page.getByTestId('pause').click();
  await page.getByTestId('scrub').fill('20');
  await page.getByTestId('step').click();
  await expect(page).toHaveURL(/depth=21/);
  await page.getByTestId('back').click();
  await expect(page).not.toHaveURL(/depth=/); // 20 is the default
  await expect(page).not.toHaveURL(/seed=/);
});

test('undo ends a run through the layers', async ({ page, address }) => {
  await page.goto(`${address}?width=16&depth=5&networks=20`);
  await settled(page);
  await page.getByTestId('play').click();
  await expect
    .poll(async () => Number(await page.getByTestId('scrub').inputValue()))
    .toBeGreaterThan(6);
  await page.getByTestId('undo').click();
  await expect(page.getByTestId('play')).toBeVisible();
  await page.waitForTimeout(500); // two layers of a run that goes on
  await expect(page.getByTestId('scrub')).toHaveValue('5');
});

test('choosing a small map shows that network large', async ({ page, address }) => {
  await page.goto(address + quick);
  await settled(page);
  const tile = page.locator('.tile').nth(7);
  await tile.click();
  await settled(page);
  const small = Number(await tile.getAttribute('data-majority'));
  expect(Math.abs((await fact(page, 'map', 'majority')) - small)).toBeLessThan(0.06);
});

test('real images are shown with the class of the network at hand', async ({ page, address }) => {
  await page.goto(`${address}?sigma-w2=1.5&width=64&depth=20&networks=20`);
  await settled(page);
  await page.locator('igb-images').scrollIntoViewIfNeeded();
  const images = page.getByTestId('images');
  await expect(images).toHaveAttribute('data-stale', 'false', { timeout: 30_000 });
  const share = Number(await images.getAttribute('data-share'));
  expect(Math.max(share, 1 - share)).toBeGreaterThan(0.95); // order: one class for nearly all
  await expect(page.locator('igb-images .sentence')).toContainText('Of 500 images');
});

test("outputs of one's own network are read, and placed in the diagram", async ({
  page,
  address,
}) => {
  await page.goto(address + quick);
  await settled(page);
  const figure = page.locator('igb-own-network');
  await figure.scrollIntoViewIfNeeded();
  const file = figure.locator('input[type=file]');
  // Means 3 and -3 around spreads of 2: gamma = (9 - 2 / 100) / 2 with the noise of means taken off.
  const spread = (i: number) => (i % 2 === 0 ? 1.4071 : -1.4071);
  const rows = Array.from({ length: 100 }, (_, i) => `${3 + spread(i)},${-3 - spread(i)}`);
  await file.setInputFiles({
    name: 'outputs.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`a,b\n${rows.join('\n')}\n`),
  });
  const drop = page.getByTestId('own-network');
  await expect(drop).toHaveAttribute('data-gamma', /./);
  expect(Number(await drop.getAttribute('data-gamma'))).toBeCloseTo((9 - 0.02) / 2, 3);
  await page.getByTestId('own-show').click();
  await settled(page);
  const gamma = await page.evaluate(() => {
    const { lab } = document.querySelector('igb-lab') as unknown as {
      lab: { result(kind: string): { layers: { gamma: number }[] } };
    };
    return lab.result('theory').layers.at(-1)?.gamma ?? 0;
  });
  expect(Math.abs(gamma / 4.49 - 1)).toBeLessThan(0.1); // sigma_w2 on its grid of 0.01

  await file.setInputFiles({
    name: 'bad.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('1,2\n3,four\n'),
  });
  await expect(page.getByTestId('own-problem')).toHaveText(
    'Line 2, column 2: "four" is not a finite number.',
  );

  await drop.evaluate((zone) => {
    const gone = { size: 1, text: () => Promise.reject(new Error('it is gone')) };
    const event = Object.assign(new Event('drop'), { dataTransfer: { files: [gone] } });
    zone.dispatchEvent(event);
  });
  await expect(page.getByTestId('own-problem')).toHaveText('The file cannot be read: it is gone');
});
