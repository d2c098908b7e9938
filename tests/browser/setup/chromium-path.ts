import chromium from '@sparticuz/chromium';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The browser to test in: `CHROMIUM_PATH`, else the system's, else the one that comes inside a package of npm's. */
export async function chromiumPath(): Promise<string> {
  const dirs = (process.env.PATH ?? '').split(delimiter);
  const ofSystem = names.flatMap((name) => dirs.map((dir) => join(dir, name))).find((file) => existsSync(file));
  return process.env.CHROMIUM_PATH ?? ofSystem ?? chromium.executablePath();
}
