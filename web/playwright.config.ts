import { defineConfig } from '@playwright/test';
import { browserOptions } from './scripts/browser.mjs';

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  snapshotPathTemplate: '{testDir}/snapshots/{arg}{ext}',
  timeout: 240_000,
  workers: 2,
  fullyParallel: true,
  expect: { timeout: 15_000 },
  // What is timed runs alone, after all else.
  projects: [
    { name: 'page', testIgnore: 'speed.spec.ts' },
    { name: 'speed', testMatch: 'speed.spec.ts', dependencies: ['page'], workers: 1 },
  ],
  forbidOnly: true,
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    testIdAttribute: 'data-test',
    launchOptions: browserOptions(),
    viewport: { width: 1280, height: 1000 },
  },
});
