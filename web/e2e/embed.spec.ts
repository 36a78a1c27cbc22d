import type { Page } from '@playwright/test';
import { attributeNames, elementNames, otherAttributes, parts } from '../src/model/elements';
import { parameters } from '../src/model/params';
import { expect, test } from './servers';

const small = 'networks="20" depth="3" width="16" inputs="20"';
const smallQuery = 'networks=20&depth=3&width=16&inputs=20';

/** A page of another site with igb.js of `site`, `body` in it. */
const hostPage = (site: string, body: string, head = '') => `<!doctype html><html lang="en"><head>
<title>Course</title><link rel="icon" href="data:,">${head}
<script type="module" src="${site}igb.js"></script></head><body>${body}</body></html>`;

/** As strict as a site can be with figures of igb.js. */
const hostPolicy = (site: string) =>
  [
    "default-src 'none'",
    `script-src ${site} 'wasm-unsafe-eval'`,
    'worker-src blob:',
    'img-src data:',
    `connect-src ${site}data/`,
  ].join('; ');

const histogramDone = (page: Page, networks = '20') =>
  expect(page.locator('[data-test=histogram]').first()).toHaveAttribute('data-networks', networks, {
    timeout: 30_000,
  });

test('elements share a lab by name on another site, under a strict policy', async ({ servers }) => {
  const site = await servers.site();
  const host = await servers.host(
    hostPage(
      site,
      `<igb-phase-map lab="one" ${small} sigma-w2="3"></igb-phase-map>
       <igb-histogram lab="one" sigma-w2="1" inputs="10"></igb-histogram>
       <igb-class-map lab="one" activation="relu"></igb-class-map>`,
    ),
    { 'content-security-policy': hostPolicy(site) },
  );
  const { page, complaints } = await servers.guarded([site, host]);
  await page.goto(host);
  await histogramDone(page);
  // The first to say something is heard.
  const states = await page.evaluate(() =>
    ['igb-phase-map', 'igb-histogram', 'igb-class-map'].map((name) => {
      const { state } = document.querySelector(name) as Element & {
        state: Record<string, unknown>;
      };
      return [state.sigmaW2, state.inputs, state.activation].join(' ');
    }),
  );
  expect(new Set(states)).toEqual(new Set(['3 20 relu']));
  await page.getByRole('slider').focus();
  await page.keyboard.press('PageDown');
  await expect(page.getByRole('slider')).toHaveAttribute('aria-valuenow', '2.5');
  await expect(page.locator('[data-test=map]')).toHaveAttribute('data-stale', 'false');
  expect(complaints).toEqual([]);
});

for (const name of elementNames) {
  test(`${name} stands alone on another site`, async ({ servers }) => {
    const site = await servers.site();
    const host = await servers.host(hostPage(site, `<${name} ${small}></${name}>`), {
      'content-security-policy': hostPolicy(site),
    });
    const { page, complaints } = await servers.guarded([site, host]);
    await page.goto(host);
    const element = page.locator(name);
    await expect(element.locator('[part~=loading]')).toHaveCount(0, { timeout: 30_000 });
    await expect(element.getByTestId('start-error')).toHaveCount(0);
    await expect(element.getByRole('heading', { level: 2 }).first()).toBeVisible();
    expect(complaints).toEqual([]);
  });
}

test('nothing of the engine starts before an element is near the window', async ({ servers }) => {
  const site = await servers.site();
  const host = await servers.host(
    hostPage(
      site,
      `<div id="far"></div><igb-histogram ${small}></igb-histogram>`,
      '<style>#far { height: 9000px }</style>',
    ),
  );
  const { page, complaints } = await servers.guarded([site, host]);
  const workers: string[] = [];
  page.on('worker', (worker) => workers.push(worker.url()));
  await page.goto(host);
  await expect(page.locator('igb-histogram')).toHaveAttribute('data-paused');
  await page.waitForTimeout(500);
  expect(workers).toEqual([]);
  await page.evaluate(() => scrollTo(0, 9000));
  await histogramDone(page);
  expect(workers.length).toBeGreaterThan(0);
  await expect(page.locator('igb-histogram')).not.toHaveAttribute('data-paused');
  await page.evaluate(() => scrollTo(0, 0));
  await expect(page.locator('igb-histogram')).toHaveAttribute('data-paused');
  expect(complaints).toEqual([]);
});

test('events: load once, progress, change and error, none of which bubbles', async ({
  servers,
}) => {
  const site = await servers.site();
  const host = await servers.host(
    `<!doctype html><title>Course</title><link rel="icon" href="data:,"><body>
     <igb-histogram ${small} sigma-w2="99"></igb-histogram>
     <script>
       window.heard = []; window.bubbled = [];
       const element = document.querySelector('igb-histogram');
       element.state = { seed: 7 };
       for (const type of ['load', 'progress', 'change', 'error']) {
         element.addEventListener(type, (event) => heard.push([type, event.detail]));
         document.body.addEventListener(type, () => bubbled.push(type));
       }
     </script><script type="module" src="${site}igb.js"></script></body>`,
  );
  const { page, complaints } = await servers.guarded([site, host]);
  await page.goto(host);
  await histogramDone(page);
  type Heard = [string, Record<string, unknown> | null][];
  const heard = () => page.evaluate(() => (window as unknown as { heard: Heard }).heard);
  const of = async (type: string) => (await heard()).filter(([name]) => name === type);
  expect(await of('load')).toHaveLength(1);
  expect((await of('progress')).at(-1)?.[1]).toEqual({ done: 20, all: 20 });
  expect((await of('error'))[0]?.[1]).toMatchObject({
    name: 'RangeError',
    message: 'sigma-w2 = 99 is not allowed; allowed: 0.1 .. 6. The default is used.',
  });
  await expect(page.getByTestId('url-notice')).toContainText('sigma-w2 = 99 is not allowed');

  // What was set before the script had come has not been lost; attributes speak later, too.
  const state = () =>
    page.evaluate(
      () =>
        (document.querySelector('igb-histogram') as never as { state: Record<string, unknown> })
          .state,
    );
  expect(await state()).toMatchObject({ seed: 7, sigmaW2: 4, networks: 20 });
  await page.evaluate(() => {
    const element = document.querySelector('igb-histogram');
    element?.setAttribute('sigma-w2', '1.5');
    element?.setAttribute('lang', 'zh-Hans');
  });
  await expect(page.getByTestId('url-notice')).toHaveCount(0);
  await expect(page.getByRole('heading', { level: 2 })).toHaveText('许多网络怎么想');
  expect((await of('change')).at(-1)?.[1]).toMatchObject({ sigmaW2: 1.5, lang: 'zh' });
  expect(await page.evaluate(() => (window as never as { bubbled: string[] }).bubbled)).toEqual([]);
  expect(complaints).toEqual([]);
});

test('an element may move, go, and come back; its race ends with it', async ({ servers }) => {
  const site = await servers.site();
  const host = await servers.host(
    hostPage(site, `<main><igb-race ${small} data="moons"></igb-race></main><aside></aside>`),
  );
  const { page, complaints } = await servers.guarded([site, host]);
  await page.goto(host);
  const race = page.locator('[data-test=race]');
  await page.getByTestId('race-start').click();
  await expect(race).toHaveAttribute('data-racing', 'true');
  await page.evaluate(() =>
    document.querySelector('aside')?.append(document.querySelector('igb-race') as Node),
  );
  await page.waitForTimeout(100);
  await expect(race).toHaveAttribute('data-racing', 'true');
  const racing = await page.evaluate(async () => {
    const element = document.querySelector('igb-race') as HTMLElement & {
      lab: { racing: boolean };
    };
    element.remove();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const after = element.lab.racing;
    document.querySelector('main')?.append(element);
    return after;
  });
  expect(racing).toBe(false);
  await page.getByTestId('race-start').click();
  await expect(race).toHaveAttribute('data-racing', 'true');
  expect(complaints).toEqual([]);
});

test('labs that nobody shows leave the pool', async ({ servers }) => {
  const site = await servers.site();
  const host = await servers.host(hostPage(site, `<igb-histogram ${small}></igb-histogram>`));
  const { page, complaints } = await servers.guarded([site, host]);
  await page.goto(host);
  await histogramDone(page);
  const listeners = () =>
    page.evaluate(() => {
      const { lab } = document.querySelector('igb-histogram') as never as {
        lab: { pool: { listeners: Map<number, unknown> } };
      };
      return lab.pool.listeners.size;
    });
  expect(await listeners()).toBe(1);
  await page.evaluate((attributes) => {
    for (let i = 0; i < 3; ++i) {
      const holder = document.createElement('div');
      holder.innerHTML = `<igb-class-map ${attributes}></igb-class-map>`;
      document.body.append(holder);
    }
  }, small);
  await expect.poll(listeners).toBe(4);
  await page.evaluate(() => {
    for (const element of document.querySelectorAll('igb-class-map')) element.remove();
  });
  await expect.poll(listeners).toBe(1);
  expect(complaints).toEqual([]);
});

test('two copies of igb.js on one page leave nothing behind on it', async ({ servers }) => {
  const site = await servers.site();
  const other = await servers.site();
  const host = await servers.host(
    `<!doctype html><title>Course</title><link rel="icon" href="data:,"><body>
     <h2>Mine</h2><button>Mine</button>
     <igb-class-map ${small}></igb-class-map><igb-histogram ${small}></igb-histogram>
     <script>
       const look = () => JSON.stringify([...document.querySelectorAll('h2, button')].map((element) =>
         [...getComputedStyle(element)].map((name) => getComputedStyle(element)[name])));
       window.before = Object.keys(window).concat('before', 'look', 'styles');
       window.look = look; window.styles = look();
     </script></body>`,
  );
  const { page, complaints } = await servers.guarded([site, other, host]);
  await page.goto(host);
  await page.addScriptTag({ type: 'module', url: `${site}igb.js` });
  await page.addScriptTag({ type: 'module', url: `${other}igb.js?version=2` });
  await histogramDone(page);
  await expect(page.locator('[data-test=map]')).toHaveAttribute('data-majority', /./);
  const found = await page.evaluate(() => {
    const { before, look, styles } = window as never as {
      before: string[];
      look(): string;
      styles: string;
    };
    return {
      globals: Object.keys(window).filter((key) => !before.includes(key)),
      styleSheets: document.styleSheets.length + document.adoptedStyleSheets.length,
      sameLook: look() === styles,
    };
  });
  expect(found).toEqual({ globals: [], styleSheets: 0, sameLook: true });
  expect(complaints).toEqual([]);
});

test('a poster is shown until there are results', async ({ servers }) => {
  const site = await servers.site();
  const pixel = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';
  const host = await servers.host(
    hostPage(
      site,
      `<igb-histogram ${small} poster="${pixel}"></igb-histogram>
       <igb-class-map ${small}><p slot="poster">Soon</p></igb-class-map>`,
    ),
  );
  const { page, complaints } = await servers.guarded([site, host]);
  let arrive = () => {};
  const arrival = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await page.exposeFunction('arrival', () => arrival);
  // The engine comes late.
  await page.addInitScript(() => {
    const compile = WebAssembly.compile.bind(WebAssembly);
    WebAssembly.compile = async (bytes) => {
      await (window as never as { arrival(): Promise<void> }).arrival();
      return compile(bytes);
    };
  });
  await page.goto(host);
  await expect(page.locator('igb-histogram img[part=poster]')).toBeVisible();
  await expect(page.getByText('Soon')).toBeVisible();
  await expect(page.locator('igb-histogram svg.plot')).toHaveCount(0);
  arrive();
  await histogramDone(page);
  await expect(page.locator('igb-histogram img[part=poster]')).toHaveCount(0);
  await expect(page.getByText('Soon')).toBeHidden();
  expect(complaints).toEqual([]);
});

const blockers = [
  ['WebAssembly', 'script-src SITE; worker-src blob:; img-src data:', "'wasm-unsafe-eval'"],
  [
    'workers',
    "script-src SITE 'wasm-unsafe-eval'; worker-src 'none'; img-src data:",
    'worker-src blob:',
  ],
] as const;
for (const [what, policy, advice] of blockers) {
  for (const name of elementNames) {
    test(`${name} says what to allow where a policy forbids ${what}`, async ({ servers }) => {
      const site = await servers.site();
      const host = await servers.host(hostPage(site, `<${name} ${small}></${name}>`), {
        'content-security-policy': `default-src 'none'; ${policy.replace('SITE', site)}`,
      });
      const { page } = await servers.guarded([site, host]);
      await page.goto(host);
      const notice = page.locator(name).getByTestId('start-error').first();
      await expect(notice).toContainText(advice, { timeout: 20_000 });
    });
  }
}

test.describe('the page for iframes', () => {
  const framePolicy =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; style-src 'self'; img-src data:; connect-src 'self'";
  const frame = (site: string, query: string, attributes: string) =>
    `<!doctype html><title>Course</title><link rel="icon" href="data:,">
     <iframe src="${site}embed.html?${query}" width="700" height="600" title="igb" ${attributes}></iframe>`;

  for (const attributes of ['', 'sandbox="allow-scripts"']) {
    test(`works on another site, under strict policies ${attributes}`, async ({ servers }) => {
      const site = await servers.site({ 'content-security-policy': framePolicy });
      const query = `figure=histogram&${smallQuery}&sigma-w2=2&colour=red`;
      const host = await servers.host(frame(site, query.replaceAll('&', '&amp;'), attributes), {
        'content-security-policy': `default-src 'none'; img-src data:; frame-src ${site}`,
      });
      const { page, complaints } = await servers.guarded([site, host]);
      await page.goto(host);
      const inside = page.frameLocator('iframe');
      await expect(inside.getByTestId('histogram')).toHaveAttribute('data-networks', '20', {
        timeout: 30_000,
      });
      await expect(inside.getByTestId('url-notice')).toContainText(
        'colour: there is no such parameter',
      );
      const link = inside.getByTestId('open-in-lab');
      await expect(link).toHaveAttribute(
        'href',
        `${site}?sigma-w2=2&depth=3&width=16&inputs=20&networks=20`,
      );
      expect(complaints).toEqual([]);
    });
  }

  test('a race runs in a frame of an opaque origin', async ({ servers }) => {
    const site = await servers.site();
    const host = await servers.host(
      frame(site, `figure=race&${smallQuery}`, 'sandbox="allow-scripts"'),
    );
    const { page, complaints } = await servers.guarded([site, host]);
    await page.goto(host);
    const inside = page.frameLocator('iframe');
    await inside.getByTestId('race-start').click();
    await expect
      .poll(async () => Number(await inside.getByTestId('race').getAttribute('data-step')))
      .toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  test('hides parts, speaks Chinese, is dark and lets the page show through', async ({
    servers,
  }) => {
    const site = await servers.site();
    const { page, complaints } = await servers.guarded([site]);
    await page.goto(
      `${site}embed.html?${smallQuery}&hide=race,networks,controls&lang=zh&theme=dark`,
    );
    await expect(page.locator('igb-lab')).toHaveAttribute('data-settled', 'true', {
      timeout: 30_000,
    });
    await expect(page.locator('igb-race, igb-networks, igb-controls')).toHaveCount(0);
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
    const look = await page.evaluate(() => ({
      body: getComputedStyle(document.body).backgroundColor,
      lab: getComputedStyle(document.querySelector('igb-lab') as Element).backgroundColor,
      scheme: getComputedStyle(document.documentElement).colorScheme,
    }));
    expect(look).toEqual({ body: 'rgba(0, 0, 0, 0)', lab: 'rgba(0, 0, 0, 0)', scheme: 'dark' });
    await expect(page.getByTestId('open-in-lab')).toHaveText('在实验室中打开');
    expect(complaints).toEqual([]);
  });
});

test('the lab on another site says its version and seed and copies a link', async ({ servers }) => {
  const site = await servers.site();
  const host = await servers.host(hostPage(site, `<igb-lab ${small} seed="5"></igb-lab>`));
  const { page, complaints } = await servers.guarded([site, host], {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await page.goto(host);
  const line = page.getByTestId('colophon');
  await expect(line).toContainText(/igb \d+\.\d+\.\d+/, { timeout: 30_000 });
  await expect(line).toContainText('seed 5');
  await page.getByTestId('copy-link').click();
  await expect(line).toContainText('Copied.');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    `${site}?depth=3&width=16&inputs=20&networks=20&seed=5`,
  );
  expect(complaints).toEqual([]);
});

test('forced colours: lines, curves and the point stand out, classes keep theirs', async ({
  servers,
}) => {
  const site = await servers.site();
  const body = ['phase-map', 'class-map', 'depth-curves']
    .map((name) => `<igb-${name} lab="one" ${small}></igb-${name}>`)
    .join('');
  const host = await servers.host(hostPage(site, body));
  const { page, complaints } = await servers.guarded([site, host]);
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto(host);
  await expect(page.locator('igb-depth-curves canvas').first()).toBeVisible();
  await expect(page.locator('[data-test=map]')).toHaveAttribute('data-stale', 'false');
  await expect(page.locator('[data-test=depth]')).toHaveAttribute('data-stale', 'false');
  await page.waitForTimeout(500); // curves are drawn a few times a second
  const colours = await page.evaluate(() => {
    const probe = document.body.appendChild(document.createElement('p'));
    const system = (name: string) => {
      probe.style.color = name;
      return getComputedStyle(probe).color;
    };
    const styleOf = (figure: string, selector: string) => {
      const inner = document.querySelector(figure)?.shadowRoot?.querySelector(selector);
      return getComputedStyle(inner as Element);
    };
    const curves = document
      .querySelector('igb-depth-curves')
      ?.shadowRoot?.querySelector('igb-curves');
    const canvas = curves?.shadowRoot?.querySelector('canvas') as HTMLCanvasElement;
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const drawn = new Set<string>();
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] === 255) drawn.add(`rgb(${data[i]}, ${data[i + 1]}, ${data[i + 2]})`);
    }
    const names = ['Canvas', 'CanvasText', 'Highlight', 'LinkText'];
    return {
      system: Object.fromEntries(names.map((name) => [name, system(name)])),
      edge: styleOf('igb-phase-map', '.edge').stroke,
      neutrality: styleOf('igb-phase-map', '.neutrality').stroke,
      dot: styleOf('igb-phase-map', '.dot').fill,
      map: styleOf('igb-class-map', 'igb-class-canvas').forcedColorAdjust,
      curves: names.filter((name) => drawn.has(system(name))),
    };
  });
  const { system } = colours;
  expect(new Set(Object.values(system)).size).toBe(4);
  expect(colours).toMatchObject({
    edge: system.Highlight,
    neutrality: system.LinkText,
    dot: system.CanvasText,
    map: 'none',
  });
  expect(colours.curves).toContain('CanvasText');
  expect(colours.curves).toContain('Canvas');
  expect(colours.curves).toContain('LinkText'); // dots: the first chart has no other
  expect(complaints).toEqual([]);
});

test('what was computed for another state is not taken away under the name of this one', async ({
  servers,
}) => {
  const site = await servers.site();
  const host = await servers.host(hostPage(site, `<igb-histogram ${small}></igb-histogram>`));
  const { page, complaints } = await servers.guarded([site, host]);
  await page.goto(host);
  await histogramDone(page);
  const taken = await page.locator('igb-histogram').evaluate(async (element) => {
    const figure = element as unknown as {
      state: object;
      csv(): string;
      svg(): Promise<string>;
    };
    const before = figure.csv();
    figure.state = { activation: 'relu' };
    const refused = (error: Error) => error.message;
    const attempt = () => Promise.resolve().then(() => figure.csv());
    return [before, await attempt().catch(refused), await figure.svg().catch(refused)];
  });
  expect(taken[0]).toContain('# activation = tanh');
  expect(taken[1]).toContain('still being computed');
  expect(taken[2]).toContain('still being computed');
  await expect(page.getByTestId('histogram')).toHaveAttribute('data-stale', 'false');
  await histogramDone(page);
  const after = await page
    .locator('igb-histogram')
    .evaluate((element) => (element as unknown as { csv(): string }).csv());
  expect(after).toContain('# activation = relu');

  // Outputs beyond the largest float32: refused, so what is drawn is still that of ReLU.
  const refused = await page.locator('igb-histogram').evaluate((element) => {
    const figure = element as unknown as { state: object; csv(): string };
    const failed = new Promise((resolve) => element.addEventListener('error', resolve));
    figure.state = { activation: 'linear', sigmaW2: 6, depth: 100 };
    return failed.then(() => figure.csv()).catch((error: Error) => error.message);
  });
  expect(refused).toBe('There is nothing to show for this point.');
  expect(complaints).toEqual([]);
});

test('a state that is not allowed is refused entry by entry', async ({ servers }) => {
  const site = await servers.site();
  const host = await servers.host(hostPage(site, `<igb-class-map ${small}></igb-class-map>`));
  const { page, complaints } = await servers.guarded([site, host]);
  await page.goto(host);
  await expect(page.getByTestId('map')).toHaveAttribute('data-stale', 'false');
  const said = await page.locator('igb-class-map').evaluate(async (element) => {
    const errors: string[] = [];
    element.addEventListener('error', (event) =>
      errors.push((event as CustomEvent<{ message: string }>).detail.message),
    );
    const figure = element as unknown as { state: Record<string, unknown> };
    figure.state = { lang: 'fr', depth: 1e6, sigmaW2: Number.NaN, colour: 'red', seed: 5 };
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { lang, depth, sigmaW2, seed } = figure.state;
    return { errors, now: { lang, depth, sigmaW2, seed } };
  });
  expect(said.errors.map((message) => message.split(/[ :]/)[0])).toEqual([
    'lang',
    'depth',
    'sigma-w2',
    'colour',
  ]);
  expect(said.now).toEqual({ lang: 'en', depth: 3, sigmaW2: 4, seed: 5 });
  await expect(page.getByTestId('url-notice')).toContainText('depth = 1000000');
  expect(complaints).toEqual([]);
});

test('a page around changes no letters, nor their direction', async ({ servers }) => {
  const site = await servers.site();
  const style = `<style>body { direction: rtl; text-transform: uppercase; letter-spacing: 1em;
    white-space: nowrap; text-indent: 5em; text-align: end; word-spacing: 2em }</style>`;
  const host = await servers.host(
    hostPage(site, `<igb-histogram ${small}></igb-histogram>`, style),
  );
  const { page } = await servers.guarded([site, host]);
  await page.goto(host);
  await histogramDone(page);
  const caption = page.locator('igb-histogram figcaption');
  for (const [property, value] of [
    ['direction', 'ltr'],
    ['text-transform', 'none'],
    ['letter-spacing', 'normal'],
    ['word-spacing', '0px'],
    ['text-indent', '0px'],
    ['white-space-collapse', 'collapse'],
    ['text-align', 'start'],
  ] as const) {
    await expect(caption).toHaveCSS(property, value);
  }
});

test('an embedded lab jumps across the line with reduced motion, by a button in forced colours', async ({
  servers,
}) => {
  const site = await servers.site();
  const host = await servers.host(
    hostPage(site, `<igb-lab ${small} hide="networks,gradients,images,race"></igb-lab>`),
  );
  const { page, complaints } = await servers.guarded([site, host], { reducedMotion: 'reduce' });
  await page.goto(host);
  await expect(page.getByTestId('cross')).toBeEnabled();
  const states = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const lab = document.querySelector('igb-lab') as HTMLElement;
        let changes = 0;
        lab.addEventListener('change', () => {
          changes += 1;
        });
        lab.shadowRoot?.querySelector<HTMLElement>('[data-test=cross]')?.click();
        setTimeout(() => resolve(changes), 1000);
      }),
  );
  expect(states).toBe(1);

  await page.emulateMedia({ forcedColors: 'active' });
  const colours = await page.getByTestId('cross').evaluate((button) => {
    const plain = document.body.appendChild(document.createElement('button'));
    return [button, plain].map((element) => {
      const { color, backgroundColor } = getComputedStyle(element);
      return { color, backgroundColor };
    });
  });
  expect(colours[0]).toEqual(colours[1]);
  expect(complaints).toEqual([]);
});

/** Parts that are there only at times. */
const passing = ['menu', 'error', 'loading', 'poster'];

test('attributes and parts of the elements are those of the reference', async ({ servers }) => {
  const site = await servers.site();
  const body = elementNames.map((name) => `<${name} lab="one" ${small}></${name}>`).join('');
  const host = await servers.host(hostPage(site, body));
  const { page, complaints } = await servers.guarded([site, host], {
    viewport: { width: 400, height: 9000 },
  });
  await page.goto(host);
  await histogramDone(page);
  for (const name of elementNames) {
    const element = page.locator(name).last();
    await expect(element.locator('[part~=loading]')).toHaveCount(0, { timeout: 30_000 });
    const found = await element.evaluate((root) => ({
      attributes: (customElements.get(root.localName) as never as { observedAttributes: string[] })
        .observedAttributes,
      parts: [...(root.shadowRoot?.querySelectorAll('[part], [exportparts]') ?? [])].flatMap(
        (inner) => [...inner.part, ...(inner.getAttribute('exportparts')?.split(/,\s*/) ?? [])],
      ),
    }));
    const keys = attributeNames.map((parameter) => parameters[parameter].key);
    expect(new Set(found.attributes), name).toEqual(
      new Set([...keys, ...Object.keys(otherAttributes)]),
    );
    const lasting = (all: string[]) => new Set(all.filter((part) => !passing.includes(part)));
    expect(lasting(found.parts), name).toEqual(lasting(Object.keys(parts[name])));
  }
  expect(complaints).toEqual([]);
});
