import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import * as z from 'zod';
import { BuiltPlugin, pluginDirs, root } from './built-plugin';

/** What Grafana 11.0 shares with its plugins already (public/app/features/plugins/loader/sharedDependencies.ts). */
const shared = [
  ...['@emotion/css', '@emotion/react', '@grafana/data', '@grafana/runtime', '@grafana/ui', 'i18next', 'lodash'],
  ...['module', 'moment', 'react', 'react-dom', 'rxjs'],
];

let built: BuiltPlugin;
beforeAll(() => {
  built = new BuiltPlugin();
}, 120_000);
afterAll(() => built.remove());

describe.each(pluginDirs)('the built plugin in %s', (dir) => {
  it('keeps its budget: what is loaded with every page, and all that any page loads', () => {
    const all = built.scripts(dir).reduce((sum, name) => sum + built.gzipSize(dir, name), 0);
    expect(built.gzipSize(dir, 'module.js')).toBeLessThanOrEqual(20_000);
    expect(all).toBeLessThanOrEqual(300_000);
  });

  it('asks Grafana only for modules that 11.0 shares already', () => {
    let asked: string[] | undefined;
    runInNewContext(built.read(dir, 'module.js'), { define: (modules: string[]) => (asked = modules) });
    expect(asked).toEqual(expect.arrayContaining(['react', '@grafana/data']));
    expect(shared).toEqual(expect.arrayContaining(asked ?? []));
  });

  it('takes its chunks from where it lies itself, and checks them', () => {
    expect(built.read(dir, 'module.js')).toMatch(/\.uri\.lastIndexOf\("\/"\)/);
    expect(built.read(dir, 'module.js')).toMatch(/sha256-/);
  });

  it('comes with a source map that has the sources', () => {
    const map = z
      .object({ sources: z.array(z.string()), sourcesContent: z.array(z.string()) })
      .parse(JSON.parse(built.read(dir, 'module.js.map')));
    const at = map.sources.findIndex((source) => /\/module\.tsx?$/.test(source));
    const [name] = /module\.tsx?$/.exec(map.sources[at] ?? '') ?? [];
    expect(map.sourcesContent[at]).toBe(readFileSync(join(root, 'src', dir, name ?? ''), 'utf8'));
  });

  it('has its version, its date and its id put in', () => {
    const { version } = z
      .object({ version: z.string().regex(/^\d+\.\d+\.\d+$/) })
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    const { info } = z.object({ info: z.looseObject({}) }).parse(JSON.parse(built.read(dir, 'plugin.json')));
    expect(info).toMatchObject({ version, updated: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
    expect(built.read(dir, 'plugin.json')).not.toMatch(/%[A-Z_]+%/);
  });
});
