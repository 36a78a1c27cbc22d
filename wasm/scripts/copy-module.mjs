// Puts the built modules beside the compiled binding. IGB_WASM names another build of igb.wasm.
import { copyFileSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = (name) => fileURLToPath(new URL(`../../build/wasm/${name}`, import.meta.url));

for (const name of ['igb.wasm', 'igb-core.wasm']) {
  const module = (name === 'igb.wasm' && process.env.IGB_WASM) || built(name);
  if (!existsSync(module)) {
    console.error(`${module} is missing: run "make wasm" in the top folder first`);
    process.exit(1);
  }
  copyFileSync(module, new URL(`../dist/${name}`, import.meta.url));
}
