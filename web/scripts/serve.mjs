// Serves the built site; the port is the argument, else PORT, else 8080.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serveFolder, siteFolder } from './static-server.mjs';

function stop(message) {
  console.error(message);
  process.exit(2);
}

const wanted = process.argv[2] || process.env.PORT || '8080';
const port = Number(wanted);
if (!Number.isInteger(port) || port < 1 || port > 65535) {
  stop(`PORT = ${wanted} is not allowed; allowed: 1 .. 65535`);
}
if (!existsSync(join(siteFolder, 'index.html'))) {
  stop(`there is no site in ${siteFolder}; build it with: make web`);
}
try {
  await serveFolder(siteFolder, port);
  console.log(`The demo runs at http://localhost:${port} (stop it with Ctrl+C)`);
} catch (error) {
  stop(
    error.code === 'EADDRINUSE'
      ? `port ${port} is in use; choose another one: make demo PORT=${port + 1}`
      : String(error),
  );
}
