import { expect, holdBack, settled, test } from './site';

const numbers = (text: string | null) => (text ?? '').split(' ').map(Number);

test('four networks learn, the one at the edge among them, from a biased start', async ({
  page,
  address,
}) => {
  await page.goto(`${address}?seed=3&networks=20&depth=60`);
  await settled(page);
  const figure = page.getByTestId('race');
  await expect(page.locator('igb-race').getByTestId('no-images')).toHaveCount(0);
  await page.getByTestId('race-data').selectOption('moons');
  await page.getByTestId('race-start').click();
  await expect
    .poll(async () => Number(await figure.getAttribute('data-step')), { timeout: 60_000 })
    .toBeGreaterThan(100);
  const accuracy = numbers(await figure.getAttribute('data-accuracy'));
  const bias = numbers(await figure.getAttribute('data-bias'));
  expect(accuracy).toHaveLength(4);
  expect(accuracy[1]).toBeGreaterThan(0.8);
  expect(bias[0]).toBeGreaterThan(0.9);
  await expect(figure).toHaveAttribute('data-series', '8');
  await expect(figure.locator('igb-curves canvas')).toHaveCount(2);
  await expect(page.locator('igb-race figcaption')).toContainText(/After \d+ of 1000 steps/);
});

test('real images are learnt, and a race can be ended', async ({ page, address }) => {
  await page.goto(`${address}?networks=20`);
  await settled(page);
  const figure = page.getByTestId('race');
  await expect(page.getByTestId('race-data')).toHaveValue('fashion-mnist');
  await page.getByTestId('race-start').click();
  await expect(figure).toHaveAttribute('data-racing', 'true');
  await expect
    .poll(async () => Number(await figure.getAttribute('data-step')), { timeout: 60_000 })
    .toBeGreaterThan(10);
  await page.getByTestId('race-start').click();
  await expect(figure).toHaveAttribute('data-racing', 'false');
  expect(numbers(await figure.getAttribute('data-accuracy'))[1]).toBeGreaterThan(0.6);
});

test('a race that waits for its images can be stopped before they come', async ({
  page,
  address,
}) => {
  const arrive = await holdBack(page, '**/data/index.json');
  await page.goto(`${address}embed.html?networks=20&depth=2&figure=race`);
  const button = page.getByTestId('race-start');
  await expect(button).toBeEnabled();
  await button.click();
  await expect(button).toHaveText('Stop');
  await button.click();
  await expect(button).toHaveText('Start the race');
  const answer = page.waitForResponse('**/data/*.bin');
  arrive();
  await answer;
  await page.waitForTimeout(500); // in which a race would have begun
  await expect(page.getByTestId('race')).toHaveAttribute('data-racing', 'false');
  await expect(page.getByTestId('race')).not.toHaveAttribute('data-step');
});

test('a site without images says so and offers the points of the plane', async ({
  page,
  address,
}) => {
  await page.route('**/data/index.json', (route) =>
    route.fulfill({ json: { fashionMnist: null } }),
  );
  await page.goto(`${address}?networks=20&depth=2`);
  await settled(page);
  await page.locator('igb-race').scrollIntoViewIfNeeded();
  await expect(page.locator('igb-race').getByTestId('no-images')).toBeVisible();
  await expect(page.getByTestId('race-data').locator('option')).toHaveCount(5);
  await page.getByTestId('race-start').click();
  const figure = page.getByTestId('race');
  await expect(figure).toHaveAttribute('data-step', '1000', { timeout: 60_000 });
  await expect(figure).toHaveAttribute('data-racing', 'false');
});
