import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: './',
  build: { outDir: '../build/web', emptyOutDir: true, target: 'es2022' },
  worker: { format: 'es' },
  server: { port: 8080, fs: { allow: ['..'] } },
  test: { include: ['test/**/*.test.ts'] },
});
