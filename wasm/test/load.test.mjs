import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { IgbLoadError, loadEngine } from 'igb';
import { modulePath } from './support.mjs';

const binary = readFileSync(modulePath);
const wasm = (body, init) =>
  new Response(body, { headers: { 'content-type': 'application/wasm' }, ...init });

test('every kind of source loads', async () => {
  const sources = [
    modulePath,
    modulePath.href,
    binary,
    binary.buffer.slice(binary.byteOffset, binary.byteOffset + binary.length),
    wasm(binary),
    new Response(binary, { headers: { 'content-type': 'application/octet-stream' } }),
    new WebAssembly.Module(binary),
    `data:application/wasm;base64,${binary.toString('base64')}`,
  ];
  for (const source of sources) {
    const engine = await loadEngine(source);
    assert.equal(engine.activations[0], 'linear');
  }
});

test('a module that cannot be had is an error that names it', async () => {
  const refused = (source, message) =>
    assert.rejects(loadEngine(source), (error) => {
      assert.ok(error instanceof IgbLoadError, String(error));
      assert.match(error.message, message);
      return true;
    });
  await refused(new URL('nowhere.wasm', modulePath), /cannot read .*nowhere\.wasm.*ENOENT/);
  await refused('nowhere.wasm', /cannot read the module nowhere\.wasm/);
  await refused(wasm('', { status: 404, statusText: 'Not Found' }), /404 Not Found/);
  await refused(binary.subarray(0, 1000), /does not compile/);
  await refused(wasm('<html>'), /does not compile/);
  // A module that imports the function a.b.
  const other = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 97, 1, 98, 0, 0];
  await refused(Uint8Array.from(other), /does not start: .*import/i);
});

test('a missing WebAssembly or SIMD is named', async (t) => {
  const { WebAssembly } = globalThis;
  t.after(() => Object.assign(globalThis, { WebAssembly }));
  globalThis.WebAssembly = undefined;
  await assert.rejects(loadEngine(binary), /WebAssembly is not available/);
  globalThis.WebAssembly = { validate: () => false };
  await assert.rejects(loadEngine(binary), /SIMD is not available/);
});

/** Serves the package and a page that reports what loading it gave; resolves to the report. */
async function loadInBrowser(policy) {
  const page = `<!doctype html><script type="module" src="/page.mjs"></script>`;
  const script = `import { loadEngine } from '/dist/index.js';
    const report = await loadEngine().then((engine) => engine.version, (error) => error.message);
    await fetch('/report', { method: 'POST', body: report });`;
  const types = { html: 'text/html', js: 'text/javascript', mjs: 'text/javascript' };
  const profile = mkdtempSync(join(tmpdir(), 'igb-browser-'));
  let browser;
  const server = createServer();
  try {
    return await new Promise((resolve, reject) => {
      server.on('request', async (request, response) => {
        if (request.method === 'POST') {
          const chunks = await request.toArray();
          response.end();
          resolve(Buffer.concat(chunks).toString());
          return;
        }
        const { pathname } = new URL(request.url, 'http://localhost');
        const type = types[pathname.split('.').at(-1)] ?? 'application/wasm';
        response.setHeader('content-type', pathname === '/' ? types.html : type);
        if (policy) response.setHeader('content-security-policy', policy);
        if (pathname === '/') response.end(page);
        else if (pathname === '/page.mjs') response.end(script);
        else if (pathname.startsWith('/dist/')) {
          response.end(readFileSync(new URL(`.${pathname}`, new URL('../', import.meta.url))));
        } else response.writeHead(404).end();
      });
      server.listen(0, '127.0.0.1', () => {
        const address = `http://127.0.0.1:${server.address().port}/`;
        const options = [
          '--headless',
          '--no-sandbox',
          '--disable-gpu',
          `--user-data-dir=${profile}`,
        ];
        browser = spawn('chromium-headless-shell', [...options, address], {
          stdio: 'ignore',
          detached: true, // a group of its own: the program is a script that starts the browser
        });
        browser.on('error', reject);
        browser.on('exit', (code) => reject(new Error(`the browser ended with status ${code}`)));
      });
    });
  } finally {
    browser?.removeAllListeners('exit');
    if (browser?.pid) process.kill(-browser.pid);
    server.closeAllConnections();
    server.close();
    await new Promise((resolve) => setTimeout(resolve, 300));
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

test('a browser loads it, with the strictest policy that allows modules', async () => {
  const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
  assert.match(await loadInBrowser(policy), /^\d+\.\d+\.\d+$/);
});

test('a policy that forbids WebAssembly is named', async () => {
  assert.match(
    await loadInBrowser("script-src 'self'"),
    /Content-Security-Policy must allow 'wasm-unsafe-eval'/,
  );
});
