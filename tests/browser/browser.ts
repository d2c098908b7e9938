import { type Browser, chromium } from 'playwright-core';
import { environment } from './setup/environment';
import { environmentWithFonts } from './setup/fonts';

/** Without what needs a display, a sandbox of the system's or the network. */
export const chromiumArgs = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

/** Starts the browser. Whoever does closes it. */
export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: environment().chromium, args: chromiumArgs, env: environmentWithFonts() });
