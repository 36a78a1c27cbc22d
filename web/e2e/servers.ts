/** Pages of other sites, and the site itself under headers of the test's choice. */
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { Browser, BrowserContextOptions, Page } from '@playwright/test';
import { test as base, expect } from '@playwright/test';
import { serveFolder, siteFolder } from '../scripts/static-server.mjs';

function originOf(server: Server): string {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return `http://localhost:${bound.port}`;
}

export interface Guarded {
  page: Page;
  /** Errors and warnings of the console, errors of scripts, and requests to other places than those
   * allowed. */
  complaints: string[];
}

interface Servers {
  /** Serves the built site, open to other origins as static hosts are; the address of its root. */
  site(headers?: Record<string, string>): Promise<string>;
  /** Serves one page of another site; its address. */
  host(html: string, headers?: Record<string, string>): Promise<string>;
  /** A page of its own that keeps complaints; requests may begin with one of `origins`. */
  guarded(origins: string[], options?: BrowserContextOptions): Promise<Guarded>;
}

async function watch(browser: Browser, origins: string[], options: BrowserContextOptions) {
  // All of a page is near the window, so that nothing rests.
  const context = await browser.newContext({ viewport: { width: 400, height: 3000 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const url = request.url();
    if (![...origins, 'data:', 'blob:'].some((start) => url.startsWith(start)))
      complaints.push(url);
  });
  return { page, complaints, context };
}

export const test = base.extend<{ servers: Servers }>({
  servers: async ({ browser }, use) => {
    const ends: (() => unknown)[] = [];
    const keep = (server: Server) => {
      ends.push(() => server.close());
      return originOf(server);
    };
    await use({
      async site(headers = {}) {
        const open = { 'access-control-allow-origin': '*' };
        return `${keep(await serveFolder(siteFolder, 0, '/', { ...open, ...headers }))}/`;
      },
      async host(html, headers = {}) {
        const server = createServer((request, response) => {
          const found = request.url === '/';
          response.writeHead(found ? 200 : 204, {
            'content-type': 'text/html; charset=utf-8',
            ...headers,
          });
          response.end(found ? html : '');
        });
        await new Promise<void>((resolve) => server.listen(0, resolve));
        return `${keep(server)}/`;
      },
      async guarded(origins, options = {}) {
        const { page, complaints, context } = await watch(browser, origins, options);
        ends.unshift(() => context.close());
        return { page, complaints };
      },
    });
    for (const end of ends) await end();
  },
});

export { expect };
