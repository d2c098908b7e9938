import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export const root = join(__dirname, '../..');

/** The plugins of this repository: the app and those nested in it, each by its folder below src/ and dist/. */
export const pluginDirs: string[] = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name === 'plugin.json' || name.endsWith('/plugin.json'))
  .map((name) => dirname(name))
  .sort();

/** The production build, in a folder of its own. */
export class BuiltPlugin {
  private readonly dist = mkdtempSync(join(tmpdir(), 'afterlog-dist-'));

  /** @throws with what webpack says where it cannot build */
  constructor() {
    const webpack = join(root, 'node_modules/.bin/webpack');
    const args = ['-c', '.config/webpack/webpack.config.ts', '--env', 'production', '--env', `dist=${this.dist}`];
    const { status, stdout, stderr } = spawnSync(webpack, args, { cwd: root, encoding: 'utf8' });
    if (status !== 0) {
      throw new Error(`webpack: ${stdout}${stderr}`);
    }
  }

  /** @param names below the plugin's folder */
  read(...names: string[]): string {
    return readFileSync(join(this.dist, ...names), 'utf8');
  }

  has(...names: string[]): boolean {
    return existsSync(join(this.dist, ...names));
  }

  /** The scripts of one plugin's folder, by name: not those of plugins nested in it. */
  scripts(dir: string): string[] {
    return readdirSync(join(this.dist, dir)).filter((name) => name.endsWith('.js'));
  }

  /** Bytes as they are sent. */
  gzipSize(...names: string[]): number {
    return gzipSync(this.read(...names)).length;
  }

  remove(): void {
    rmSync(this.dist, { recursive: true });
  }
}
