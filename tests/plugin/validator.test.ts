import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuiltPlugin, root } from './built-plugin';
import { plugins } from './plugin-json';

// The rules at which grafana/plugin-validator refuses a plugin, as far as they can be checked without a published zip:
// signature, scans for malware and vulnerable dependencies, and grafana.com's organisations are not among them.
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const namesIn = (dir: string) => readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' });
const isTest = (name: string) => /\.test\.tsx?$|\/testing\//.test(name);

const sources = namesIn('src')
  .filter((name) => /\.tsx?$/.test(name) && !isTest(name))
  .map((name) => [name, read(`src/${name}`)] as const);

describe.each(plugins)('plugin.json of $id', ({ dir, id, type, name, info, dependencies, languages }) => {
  it('has an id that ends in its type, and a name of its own', () => {
    expect(id.endsWith(`-${type}`)).toBe(true);
    expect(name).not.toBe(id);
  });

  it('names pictures that are there and are what their names say', () => {
    const { logos, screenshots } = info;
    for (const file of [logos.small, logos.large, ...screenshots.map(({ path }) => path)]) {
      expect([file, pictureType(readFileSync(join(root, 'src', dir, file)))]).toEqual([file, extensionOf(file)]);
    }
  });

  it('asks for a range of Grafana that begins somewhere and does not end, the same as the app’s', () => {
    expect(dependencies.grafanaDependency).toMatch(/^>=\d+\.\d+\.\d+(-\d+)?$/);
    expect(dependencies.grafanaDependency).toBe(plugins[0]?.dependencies.grafanaDependency);
  });

  it('has a catalogue for every language that it names', () => {
    const missing = languages.filter(
      (language) => !existsSync(join(root, `src/${dir}/locales/${language}/${id}.json`))
    );
    expect(missing).toEqual([]);
  });
});

describe('the app’s plugin.json', () => {
  const [app, ...nested] = plugins;

  it('lists every plugin nested in it, with its type and its path in the zip', () => {
    const listed = app?.includes.map(({ type, path }) => ({ type, path }));
    expect(listed).toEqual(
      expect.arrayContaining(nested.map(({ dir, type }) => ({ type, path: `${dir}/plugin.json` })))
    );
  });

  it('leads its pages into itself', () => {
    const pages = app?.includes.filter(({ type }) => type === 'page') ?? [];
    expect(pages.length).toBeGreaterThan(0);
    expect(pages.filter(({ path }) => !path.startsWith('/a/%PLUGIN_ID%/') && !path.startsWith('/plugins/'))).toEqual(
      []
    );
  });
});

describe('pictures', () => {
  it('hold no script, no event handler and no other document', () => {
    const svgs = namesIn('src').filter((name) => name.endsWith('.svg'));
    const unsafe = /<script|<foreignObject|<iframe|<object|<embed|\son\w+\s*=|javascript:|href=["'](?!#)/i;
    expect(svgs.length).toBeGreaterThan(0);
    expect(svgs.filter((name) => unsafe.test(read(`src/${name}`)))).toEqual([]);
  });
});

describe('the texts', () => {
  it('are there, without comments and jargon in them', () => {
    expect(read('src/README.md')).toMatch(/^# Afterlog\n/);
    expect(read('src/README.md')).not.toMatch(/<!--|\b(yarn|nodejs)\b/i);
  });

  it('tell that the build is laid out as create-plugin does it', () => {
    expect(read('.config/webpack/webpack.config.ts')).toContain('@grafana/create-plugin');
  });
});

describe('the sources', () => {
  it.each<[string, RegExp]>([
    ['Grafana’s globals', /window\.(grafanaBootData|grafanaRuntime|__grafanaSceneContext)/],
    ['the browser’s dialogs', /(?<![\w.])(window\.)?(alert|confirm|prompt)\(/],
    ['windows that know who opened them', /window\.open\((?![^)]*noopener,noreferrer)/],
    ['style sheets and global styles', /(from|import) '[^']+\.(css|scss|less)'|<Global\b/],
    ['Grafana’s query API past the data source', /\/api\/ds\/query/],
    ['code made at run time, or unchecked HTML', /\beval\(|new Function\(|dangerouslySetInnerHTML/],
    ['the console', /\bconsole\.\w+\(/],
    ['the address past Grafana’s own service', /window\.location\.(search|href|hash|assign|replace)\b/],
    ['silenced types', /@ts-(ignore|expect-error|nocheck)/],
    ['what React 19 has taken away', /findDOMNode|ReactDOM\.render|\.defaultProps|__SECRET_INTERNALS|contextTypes/],
    ['what React 18 does not have', /\buse\(|useActionState|useOptimistic|useEffectEvent/],
    ['Grafana’s old form classes', /gf-form/],
    ['scripts that track', /google-analytics|googletagmanager|segment\.com|hotjar|mixpanel|rudderstack/],
  ])('do without %s', (_, forbidden) => {
    expect(sources.length).toBeGreaterThan(15);
    expect(sources.filter(([, text]) => forbidden.test(text)).map(([name]) => name)).toEqual([]);
  });

  it('keep things in the browser only under names that begin with a plugin’s id', () => {
    const keys = sources.flatMap(([name, text]) =>
      [...text.matchAll(/(?:local|session)Storage\.\w+\(\s*([^,)]+)/g)].map(([, key]) => [name, key] as const)
    );
    expect(keys.filter(([, key]) => !/PLUGIN_ID|afterlog-|KEY/.test(key ?? ''))).toEqual([]);
  });
});

describe('what is published', () => {
  let built: BuiltPlugin;
  beforeAll(() => {
    built = new BuiltPlugin();
  }, 120_000);
  afterAll(() => built.remove());

  it('has a licence without gaps, a readme and a changelog with dated versions', () => {
    expect(built.read('LICENSE')).toMatch(/Apache License\s+Version 2\.0/);
    expect(built.read('LICENSE')).not.toMatch(/\[yyyy\]|\[name of copyright owner\]|\{name of copyright owner\}/);
    expect(built.read('README.md')).not.toMatch(/%[A-Z_]+%/);
    expect(built.read('CHANGELOG.md')).toMatch(/^## /m);
  });

  it.each(plugins)('has a module of $id with its map, its picture and no trace of AngularJS', ({ dir, info }) => {
    expect(['module.js', 'module.js.map', info.logos.small].filter((file) => !built.has(dir, file))).toEqual([]);
    const scripts = built.scripts(dir).map((name) => built.read(dir, name));
    expect(scripts.filter((text) => /app\/plugins\/sdk|angular\.module|\$inject|PanelCtrl/.test(text))).toEqual([]);
  });
});

const extensionOf = (file: string) => (file.split('.').at(-1) ?? '').replace('jpeg', 'jpg');

/** What a file is by its first bytes. */
function pictureType(bytes: Buffer): string {
  const head = bytes.subarray(0, 4).toString('latin1');
  if (head === '\x89PNG') {
    return 'png';
  }
  if (head.startsWith('\xff\xd8\xff')) {
    return 'jpg';
  }
  return head.startsWith('GIF8') ? 'gif' : /^\s*(<\?xml|<svg)/.test(bytes.toString('utf8')) ? 'svg' : 'unknown';
}
