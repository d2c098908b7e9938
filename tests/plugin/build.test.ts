import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';

const root = join(__dirname, '../..');
const dist = mkdtempSync(join(tmpdir(), 'afterlog-dist-'));
const read = (file: string) => readFileSync(join(dist, file), 'utf8');
const gzipSize = (file: string) => gzipSync(read(file)).length;

beforeAll(() => {
  const webpack = join(root, 'node_modules/.bin/webpack');
  const args = ['-c', '.config/webpack/webpack.config.ts', '--env', 'production', '--output-path', dist];
  execFileSync(webpack, args, { cwd: root });
}, 120_000);
afterAll(() => rmSync(dist, { recursive: true }));

describe('the built plugin', () => {
  it('keeps its budget: what every page loads, and all that any page loads', () => {
    const scripts = readdirSync(dist).filter((name) => name.endsWith('.js'));
    expect(gzipSize('module.js')).toBeLessThanOrEqual(20_000);
    expect(scripts.reduce((sum, name) => sum + gzipSize(name), 0)).toBeLessThanOrEqual(300_000);
  });

  it('asks Grafana only for modules that 11.0 shares already', () => {
    const define = (modules: string[]) => {
      expect(modules).toEqual(expect.arrayContaining(['react', '@grafana/data', '@grafana/runtime', '@grafana/ui']));
      const known = ['module', 'react', 'rxjs', '@emotion/css', '@grafana/data', '@grafana/runtime', '@grafana/ui'];
      expect(known).toEqual(expect.arrayContaining(modules));
    };
    runInNewContext(read('module.js'), { define });
    expect.assertions(2);
  });

  it('takes its chunks from where it lies itself, and checks them', () => {
    expect(read('module.js')).toMatch(/\.uri\.lastIndexOf\("\/"\)/);
    expect(read('module.js')).toMatch(/sha256-/);
  });

  it('comes with a source map that has the sources', () => {
    const map = z
      .object({ sources: z.array(z.string()), sourcesContent: z.array(z.string()) })
      .parse(JSON.parse(read('module.js.map')));
    const at = map.sources.findIndex((source) => source.endsWith('/module.tsx'));
    expect(map.sourcesContent[at]).toBe(readFileSync(join(root, 'src/module.tsx'), 'utf8'));
  });

  it('has its version, its date and its id put in', () => {
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    const { info, includes } = JSON.parse(read('plugin.json')) as {
      info: { version: string; updated: string };
      includes: Array<{ path: string }>;
    };
    expect(info).toMatchObject({ version, updated: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
    expect(includes.map(({ path }) => path)).toEqual(['/a/afterlog-timelines-app/lookup']);
    expect(read('plugin.json') + read('README.md')).not.toMatch(/%[A-Z_]+%/);
  });

  it('has the files that Grafana and its validator look for', () => {
    expect(['README.md', 'LICENSE', 'img/logo.svg'].filter((file) => !existsSync(join(dist, file)))).toEqual([]);
  });
});
