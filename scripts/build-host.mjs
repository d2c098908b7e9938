// `npm run build:host`: bundles the page that runs the app without a Grafana server into build/host/, and its server
// into build/host-server.js. The page stands on Grafana's own libraries: the root's, or a generation's that is given.
//   node scripts/build-host.mjs [--libraries DIR] [--page DIR]
import { build } from 'esbuild';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({ options: { libraries: { type: 'string', default: root }, page: { type: 'string' } } });
const libraries = resolve(values.libraries);
const page = resolve(values.page ?? join(root, 'build/host'));
const ui = join(libraries, 'node_modules/@grafana/ui');
const { version } = JSON.parse(readFileSync(join(libraries, 'node_modules/@grafana/runtime/package.json'), 'utf8'));

/**
 * Finds packages as @grafana/ui finds them: one copy of each, of this generation; what it does not have is the root's.
 *
 * In files named .mjs, a default import of a CommonJS module is the whole module, as in Node.js. Grafana builds its
 * libraries from their sources, where it is that module's `default`: they are read here under names without the ending.
 */
const grafanaLibraries = {
  name: 'libraries of Grafana',
  setup({ onLoad, onResolve, resolve: find }) {
    const nameless = (found) =>
      /[/\\]@grafana[/\\].*\.mjs$/.test(found.path)
        ? { path: found.path.slice(0, -'.mjs'.length), namespace: 'grafana', sideEffects: found.sideEffects }
        : found;
    onResolve({ filter: /./ }, async ({ path, kind, importer, namespace, resolveDir, pluginData }) => {
      const isHosts = importer.startsWith(join(root, 'tools/grafana-host/')) && !path.startsWith('.');
      if (pluginData === grafanaLibraries || !(isHosts || namespace === 'grafana')) {
        return undefined;
      }
      const options = { kind, pluginData: grafanaLibraries };
      if (!isHosts) {
        return nameless(await find(path, { ...options, resolveDir }));
      }
      // Grafana shares its router 6 under this name; the package of the name is its router 5.
      const name = path === 'react-router-dom' ? 'react-router-dom-v5-compat' : path;
      const found = await find(name, { ...options, resolveDir: ui });
      return nameless(found.errors.length > 0 ? await find(name, { ...options, resolveDir: root }) : found);
    });
    onLoad({ filter: /./, namespace: 'grafana' }, async ({ path }) => ({
      // Grafana's fonts are in no package: asked for, each would be a failed request on every page.
      contents: /GlobalStyles[/\\]fonts$/.test(path)
        ? 'export const getFontStyles = () => [];'
        : await readFile(`${path}.mjs`, 'utf8'),
      resolveDir: dirname(path),
      loader: 'js',
    }));
  },
};

rmSync(page, { recursive: true, force: true });
mkdirSync(page, { recursive: true });
const common = { absWorkingDir: root, bundle: true, logLevel: 'warning', logOverride: { 'package.json': 'silent' } };
const [{ metafile }] = await Promise.all([
  build({
    ...common,
    entryPoints: { main: 'tools/grafana-host/page/main.ts' },
    outdir: page,
    format: 'esm',
    splitting: true,
    minify: true,
    target: 'es2022',
    jsx: 'transform',
    define: {
      'process.env.NODE_ENV': '"production"',
      __GRAFANA_VERSION__: JSON.stringify(version),
      global: 'globalThis',
    },
    loader: { '.ttf': 'file', '.svg': 'dataurl' },
    plugins: [grafanaLibraries],
    metafile: true,
  }),
  build({
    ...common,
    entryPoints: { 'host-server': 'tools/grafana-host/server/main.ts' },
    outdir: join(root, 'build'),
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
  }),
]);
// What is imported at run time brings its scripts along, but not its styles.
const { cssBundle } = Object.values(metafile.outputs).find(
  ({ entryPoint }) => entryPoint === 'tools/grafana-host/page/start.tsx'
);
const html = readFileSync(join(root, 'tools/grafana-host/page/index.html'), 'utf8');
writeFileSync(join(page, 'index.html'), html.replace('styles.css', basename(cssBundle)));
cpSync(join(root, 'src/dashboards'), join(page, 'dashboards'), { recursive: true });
// Grafana 12 moved its icons; each generation asks for them at its own place.
for (const place of ['img/icons', 'build/img/icons']) {
  cpSync(join(ui, 'dist/public/img/icons'), join(page, place), { recursive: true });
}
