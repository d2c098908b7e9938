import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const FONTS = dirname(require.resolve('@expo-google-fonts/noto-sans-jp/package.json'));
const WEIGHTS = ['400Regular', '500Medium', '700Bold'];

/** The environment of a browser that has a Japanese font besides those of the system: without one it draws boxes. */
export function environmentWithFonts(): Record<string, string> {
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-fonts-'));
  const file = join(dir, 'fonts.conf');
  const dirs = WEIGHTS.map((weight) => `<dir>${join(FONTS, weight)}</dir>`).join('\n  ');
  writeFileSync(
    file,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  ${dirs}
  <cachedir>${join(dir, 'cache')}</cachedir>
</fontconfig>
`
  );
  const own = Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return { ...Object.fromEntries(own), FONTCONFIG_FILE: file };
}
