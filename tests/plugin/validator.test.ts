import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

// The rules at which grafana/plugin-validator refuses a plugin, as far as they can be checked from the sources.
// What needs a published zip (signature, malware and dependency scans, grafana.com's organisations) is not among them.
const root = join(__dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const image = z.string().regex(/^[^./].*\.(svg|png|jpe?g|gif)$/);
const pluginSchema = z.object({
  id: z.string().regex(/^[0-9a-z]+-[0-9a-z]+-(app|panel)$/),
  type: z.enum(['app', 'panel']),
  name: z.string().min(1),
  info: z.object({
    description: z.string().min(1),
    keywords: z.array(z.string()).min(1),
    author: z.object({ name: z.string().min(1) }),
    logos: z.object({ small: image, large: image }),
    screenshots: z.array(z.object({ name: z.string(), path: image })),
    version: z.literal('%VERSION%'),
    updated: z.literal('%TODAY%'),
  }),
  includes: z.array(z.object({ type: z.string(), name: z.string(), path: z.string() })),
  dependencies: z.object({
    grafanaDependency: z.string().regex(/^>=\d+\.\d+\.\d+(-\d+)?$/),
    plugins: z.array(z.unknown()),
  }),
});
const plugin = pluginSchema.parse(JSON.parse(read('src/plugin.json')));

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /(?<!\.test)\.tsx?$/.test(name))
  .map((name) => [name, read(`src/${name}`)] as const);

describe('plugin.json', () => {
  it('has an id that ends in its type, and a name of its own', () => {
    expect(plugin.id.endsWith(`-${plugin.type}`)).toBe(true);
    expect(plugin.name).not.toBe(plugin.id);
  });

  it('names pictures that are there, without a script in them', () => {
    const { logos, screenshots } = plugin.info;
    for (const file of [logos.small, logos.large, ...screenshots.map(({ path }) => path)]) {
      expect(existsSync(join(root, 'src', file))).toBe(true);
      expect(file.endsWith('.svg') ? read(`src/${file}`) : '').not.toMatch(
        /<script|<foreignObject|\son\w+=|javascript:|href=/i
      );
    }
  });

  it('lists every plugin nested in it', () => {
    const nested = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('/plugin.json')
    );
    expect(plugin.includes.map(({ path }) => path)).toEqual(expect.arrayContaining(nested));
  });

  it('leads its pages into itself', () => {
    const pages = plugin.includes.filter(({ type }) => type === 'page');
    expect(pages.filter(({ path }) => !path.startsWith('/a/%PLUGIN_ID%/'))).toEqual([]);
  });
});

describe('the texts', () => {
  it('are there, without comments and jargon in them', () => {
    expect(read('src/README.md')).toMatch(/^# Afterlog\n/);
    expect(read('src/README.md')).not.toMatch(/<!--|\b(yarn|nodejs)\b/i);
    expect(read('LICENSE')).toMatch(/Apache License\s+Version 2\.0/);
  });

  it('tell that the build is laid out as create-plugin does it', () => {
    expect(read('.config/webpack/webpack.config.ts')).toContain('@grafana/create-plugin');
  });
});

describe('the sources', () => {
  it.each<[string, RegExp]>([
    ['Grafana’s globals', /window\.(grafanaBootData|grafanaRuntime|__grafanaSceneContext)/],
    ['the browser’s dialogs', /(?<![\w.])(window\.)?(alert|confirm|prompt)\(/],
    ['windows of their own', /window\.open\(/],
    ['style sheets and global styles', /from '[^']+\.(css|scss|less)'|<Global\b/],
    ['Grafana’s query API past the data source', /\/api\/ds\/query/],
    ['code made at run time, or unchecked HTML', /\beval\(|new Function\(|dangerouslySetInnerHTML/],
    ['the console', /\bconsole\.\w+\(/],
    ['the address past Grafana’s own service', /window\.location/],
    ['silenced types', /@ts-(ignore|expect-error)/],
    ['what React 19 has taken away', /findDOMNode|ReactDOM\.render|defaultProps|__SECRET_INTERNALS/],
  ])('do without %s', (_, forbidden) => {
    expect(sources.length).toBeGreaterThan(15);
    expect(sources.filter(([, text]) => forbidden.test(text)).map(([name]) => name)).toEqual([]);
  });
});
