import { existsSync } from 'node:fs';

/** The one without windows first: it does the same in three quarters of the time. */
const candidates = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'].map(
  (name) => `/usr/bin/${name}`,
);

/** How the tests and the picture start the browser of the system; IGB_BROWSER names another one. */
export function browserOptions() {
  const executablePath = process.env.IGB_BROWSER ?? candidates.find((path) => existsSync(path));
  if (!executablePath) {
    throw new Error(
      'no Chromium found; install the package chromium-headless-shell or set IGB_BROWSER',
    );
  }
  return {
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  };
}
