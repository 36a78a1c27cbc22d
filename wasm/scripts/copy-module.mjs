// Puts the built module beside the compiled binding. IGB_WASM names another build of it.
import { copyFileSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const module =
  process.env.IGB_WASM ?? fileURLToPath(new URL('../../build/wasm/igb.wasm', import.meta.url));
if (!existsSync(module)) {
  console.error(`${module} is missing: run "make wasm" in the top folder first`);
  process.exit(1);
}
copyFileSync(module, new URL('../dist/igb.wasm', import.meta.url));
