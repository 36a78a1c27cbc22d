import { fileURLToPath } from 'node:url';
import type { BuildOptions, Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { classicPage } from './scripts/classic-page';
import { formulas } from './scripts/formulas';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const common = {
  outDir: '../build/web',
  target: 'es2022',
  assetsDir: '',
  emptyOutDir: false,
} as const;

/** The site: pages, and their files beside them. */
const site = {
  ...common,
  emptyOutDir: true,
  rollupOptions: { input: [path('index.html'), path('builder.html')] },
};

/** One script with the engine in it, `name`.js. */
const script = (name: string, entry: string, format: 'es' | 'iife') => ({
  ...common,
  lib: {
    entry: path(entry),
    name: 'igb',
    formats: [format],
    fileName: () => `${name}.js`,
    cssFileName: name,
  },
  rollupOptions: { output: format === 'es' ? { inlineDynamicImports: true } : {} },
});

/** A worker that is within the script is written beside it, too. */
const workerWithinOnly: Plugin = {
  name: 'worker-within-only',
  generateBundle(_, bundle) {
    for (const name of Object.keys(bundle)) if (name.startsWith('worker-')) delete bundle[name];
  },
};

/** The engine within the script instead of beside it, its worker no module: from a file, or in a frame
 * of an opaque origin, modules are refused. */
const inlined = {
  resolve: {
    alias: [
      { find: /^\.{1,2}\/(engine\/)?assets$/, replacement: path('src/engine/assets-inline.ts') },
    ],
  },
  worker: { format: 'iife' as const, plugins: () => [engineFromPage] },
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

const beside = { worker: { format: 'es' as const, plugins: () => [engineFromPage] } };

/** Lit notes its versions, and what decorators say, on `window`, which belongs to the page around the
 * elements. There are no decorators here. */
const nothingOnWindow = {
  name: 'nothing-on-window',
  transform: (code: string, id: string) =>
    /\/(lit-html|reactive-element|lit-element)\.js$/.test(id)
      ? code
          .replace(/\(\w+\.\w+Versions\?\?=\[\]\)\.push\("[^"]*"\)/, '0')
          .replace(/\w+\.litPropertyMetadata\?\?=new WeakMap/, '0')
          .replace(/litPropertyMetadata\.get\(\w+\)/, 'void 0')
      : undefined,
};

/** What each mode builds, besides the site. */
const modes: Record<string, { build: BuildOptions; plugins?: Plugin[] }> = {
  /** igb.js: the elements for other pages. */
  elements: { build: script('igb', 'src/elements.ts', 'es') },
  /** The page for iframes, whose origin may be opaque: no module could be loaded there. */
  embed: {
    build: script('embed', 'src/embed.ts', 'iife'),
    plugins: [classicPage({ page: path('embed.html'), to: 'embed.html', inline: false })],
  },
  /** The page in one file, which may be opened without a server. */
  offline: {
    build: script('igb-offline', 'src/main.ts', 'iife'),
    plugins: [classicPage({ page: path('index.html'), to: 'igb-offline.html', inline: true })],
  },
};

export default defineConfig(({ mode }) => {
  const { build, plugins = [] } = modes[mode] ?? { build: site };
  return {
    base: './',
    build,
    ...(mode in modes ? inlined : beside),
    plugins: [
      formulas(),
      nothingOnWindow,
      ...(mode in modes ? [workerWithinOnly] : []),
      ...plugins,
    ],
    server: { port: 8080, fs: { allow: ['..'] } },
    test: { include: ['test/**/*.test.ts'] },
  };
});
