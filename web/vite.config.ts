import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { formulas } from './scripts/formulas';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The engine within the script instead of beside it. */
const inlined = [{ find: /^\.\/assets$/, replacement: path('src/engine/assets-inline.ts') }];

const common = { outDir: '../build/web', target: 'es2022', assetsDir: '' } as const;

/** The site: pages, and their files beside them. */
const site = {
  ...common,
  emptyOutDir: true,
  rollupOptions: { input: [path('index.html'), path('embed.html')] },
};

/** The worker is handed the engine by the page: without this, a worker within a script would hold a
 * second copy. */
const engineFromPage = {
  name: 'engine-from-page',
  transform: (code: string, id: string) =>
    id.endsWith('/dist/load.js')
      ? code.replace("new URL('./igb.wasm', import.meta.url)", "''")
      : undefined,
};

/** igb.js: the elements and all they need in one file. */
const elements = {
  ...common,
  emptyOutDir: false,
  copyPublicDir: false,
  lib: { entry: path('src/elements.ts'), formats: ['es' as const], fileName: () => 'igb.js' },
};

export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [formulas()],
  resolve: { alias: mode === 'elements' ? inlined : [] },
  build: mode === 'elements' ? elements : site,
  worker: { format: 'es' as const, plugins: () => [engineFromPage] },
  server: { port: 8080, fs: { allow: ['..'] } },
  test: { include: ['test/**/*.test.ts'] },
}));
