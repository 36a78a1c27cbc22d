import { expect, fact, handle, setState, settled, sigmaW2, test } from './site';

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

test('a drag keeps its grip, and ends with its pointer or its figure', async ({
  page,
  address,
}) => {
  await page.goto(`${address}embed.html${quick}&figure=phase-map`);
  const map = page.locator('igb-phase-map');
  await expect(map).not.toHaveAttribute('data-paused');
  await expect(map.locator('.edge')).toBeAttached();
  const state = () =>
    map.evaluate((element) => {
      const { sigmaW2, sigmaB2 } = (element as unknown as { state: Record<string, number> }).state;
      return [sigmaW2, sigmaB2];
    });
  const box = await map.locator('.dot').boundingBox();
  if (!box) throw new Error('the point is not visible');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  // Beside the dot, but on what one can grab: the point follows from where it is.
  await page.mouse.move(x + 15, y + 15);
  await page.mouse.down();
  await page.mouse.move(x + 16, y + 15);
  const [w = 0, b = 0] = await state();
  expect(w).toBeCloseTo(4, 1);
  expect(Math.abs(b - 0.1)).toBeLessThan(0.003);
  await page.mouse.move(x + 90, y + 15);
  expect((await state())[1]).toBeGreaterThan(0.11);

  await map.evaluate((element) => element.parentElement?.prepend(element));
  await page.mouse.up();
  const moved = await state();
  await page.mouse.move(x + 100, y + 80); // without a button
  await page.mouse.move(x + 120, y + 60);
  expect(await state()).toEqual(moved);
});

test('lines and gamma of the activation before are pale, and not read out', async ({
  page,
  address,
}) => {
  await page.goto(`${address}embed.html${quick}&figure=phase-map`);
  const map = page.locator('igb-phase-map');
  const pale = map.locator('.pale');
  await map.locator('svg.plot').hover({ position: { x: 200, y: 100 } });
  await expect(map.getByTestId('phase-read-out')).toContainText('γ');
  await expect(pale).toHaveCount(0);
  await map.evaluate((element) => Object.assign(element, { state: { activation: 'elu' } }));
  await expect(pale).toHaveCount(2);
  await expect(map.getByTestId('phase-read-out')).not.toContainText('γ');
  await expect(map.locator('g.pale')).toHaveCount(0); // lines come before gamma
  await expect(map.locator('image.pale')).toHaveCount(1);
  await expect(pale).toHaveCount(0, { timeout: 60_000 });
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
  await expect(page).not.toHaveURL(/activation=/);
  await expect(page).toHaveURL(/lang=zh/);
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
  await expect(page).toHaveURL(/activation=relu&sigma-w2=2&sigma-b2=0(&|$)/);
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
  await expect(page).toHaveURL(/network=7(&|$)/);
  await expect(tile).toHaveAttribute('aria-pressed', 'true');
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
  const favoured = new Set([share > 0.5]);
  for (let network = 1; network < 6; ++network) {
    await setState(page, { network });
    await settled(page);
    await expect(images).toHaveAttribute('data-stale', 'false');
    favoured.add(Number(await images.getAttribute('data-share')) > 0.5);
  }
  expect(favoured.size).toBe(2); // networks differ in the class they favour
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
