import { defineConfig } from '@playwright/test';
import { browserOptions } from './scripts/browser.mjs';

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  snapshotPathTemplate: '{testDir}/snapshots/{arg}{ext}',
  timeout: 240_000,
  workers: 1,
  forbidOnly: true,
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    testIdAttribute: 'data-test',
    launchOptions: browserOptions(),
    viewport: { width: 1280, height: 1000 },
  },
});
