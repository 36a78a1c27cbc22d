import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

export const siteFolder = fileURLToPath(new URL('../../build/web', import.meta.url));

async function fileOf(folder, pathname) {
  // Normalising an absolute path removes every "..", so the file stays below the folder.
  const path = join(folder, normalize(decodeURIComponent(pathname)));
  const info = await stat(path);
  return info.isDirectory() ? join(path, 'index.html') : path;
}

/** Serves the files below `folder` at `prefix` on a local port (0: any free one). Resolves to the
 * server once it listens. */
export function serveFolder(folder, port, prefix = '/', headers = {}) {
  const server = createServer(async (request, response) => {
    try {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      if (!pathname.startsWith(prefix)) throw new Error('outside the site');
      const path = await fileOf(folder, `/${pathname.slice(prefix.length)}`);
      await stat(path);
      const type = types[extname(path)] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache', ...headers });
      createReadStream(path).pipe(response);
    } catch {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => resolve(server));
  });
}
