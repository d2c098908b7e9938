// Builds the app and the plugins nested in it into dist/, laid out as @grafana/create-plugin lays plugins out, so that its
// tools find all they look for. It is plain CommonJS: ts-node takes the module format from .config/tsconfig.json.
const { existsSync, readdirSync, readFileSync, rmSync } = require('node:fs') as typeof import('node:fs');
const { join } = require('node:path') as typeof import('node:path');
const CopyPlugin = require('copy-webpack-plugin') as typeof import('copy-webpack-plugin');
const TerserPlugin = require('terser-webpack-plugin') as typeof import('terser-webpack-plugin');
const { SubresourceIntegrityPlugin } =
  require('webpack-subresource-integrity') as typeof import('webpack-subresource-integrity');

interface Env {
  production?: boolean;
  /** Where to instead of dist/. */
  dist?: string;
}

const root = join(__dirname, '../..');
const src = join(root, 'src');
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
const { version }: { version: string } = JSON.parse(textOf('package.json'));
const { id: appId }: { id: string } = JSON.parse(textOf('src/plugin.json'));
const today = new Date().toISOString().slice(0, 10);

/** Modules that Grafana 11.0 and newer shares with its plugins. What is not among them comes with the plugin. */
const shared = [
  ...['@grafana/data', '@grafana/runtime', '@grafana/ui'],
  ...['react', 'react-dom', 'rxjs', 'lodash', 'moment', 'i18next'],
  ...['@emotion/css', '@emotion/react'],
];

/** `%VERSION%` and the like in what is copied. */
const fill = (content: Buffer) =>
  content.toString().replaceAll('%VERSION%', version).replaceAll('%TODAY%', today).replaceAll('%PLUGIN_ID%', appId);
const typescript = {
  test: /\.tsx?$/,
  exclude: /node_modules/,
  use: {
    loader: 'swc-loader',
    options: {
      jsc: {
        target: 'es2020',
        parser: { syntax: 'typescript', tsx: true },
        // `react/jsx-runtime` is not shared before Grafana 11.6: JSX becomes React.createElement.
        transform: { react: { runtime: 'classic' } },
      },
    },
  },
};

/**
 * A plugin's folder in dist/ holds all that it loads: Grafana serves a nested plugin under its own id or below the app,
 * by its version.
 * @param dir below src/ and dist/ alike; empty for the app itself
 */
function pluginConfig(dir: string, { production, dist = join(root, 'dist') }: Env): import('webpack').Configuration {
  const from = join(src, dir);
  const { id }: { id: string } = JSON.parse(readFileSync(join(from, 'plugin.json'), 'utf8'));
  const ofApp = [
    { from: join(root, 'LICENSE'), to: 'LICENSE', toType: 'file' as const },
    { from: join(root, 'CHANGELOG.md') },
  ];
  return {
    name: id,
    mode: production ? 'production' : 'development',
    context: from,
    target: ['web', 'es2020'],
    entry: { module: existsSync(join(from, 'module.tsx')) ? './module.tsx' : './module.ts' },
    devtool: 'source-map',
    externals: [{ 'amd-module': 'module' }, ...shared],
    resolve: { extensions: ['.ts', '.tsx', '.js'] },
    module: { rules: [typescript] },
    output: {
      path: join(dist, dir),
      filename: '[name].js',
      // Browsers keep chunks by name, and a new version must not meet an old one's.
      chunkFilename: '[name].[contenthash:8].js',
      library: { type: 'amd' },
      publicPath: `public/plugins/${id}/`,
      uniqueName: id,
      crossOriginLoading: 'anonymous',
    },
    optimization: {
      chunkIds: 'deterministic',
      minimizer: [
        new TerserPlugin({
          extractComments: false,
          minify: TerserPlugin.swcMinify,
          terserOptions: { format: { comments: false } },
        }),
      ],
    },
    performance: {
      hints: production ? 'error' : false,
      maxEntrypointSize: 60_000,
      maxAssetSize: 1_000_000,
      assetFilter: (name) => /\.js$/.test(name),
    },
    plugins: [
      new SubresourceIntegrityPlugin({ hashFuncNames: ['sha256'] }),
      new CopyPlugin({
        patterns: [
          { from: 'plugin.json', transform: fill },
          { from: 'README.md', transform: fill, noErrorOnMissing: dir !== '' },
          { from: 'img', to: 'img' },
          { from: 'locales', to: 'locales', noErrorOnMissing: true },
          { from: 'dashboards', to: 'dashboards', noErrorOnMissing: true },
          ...(dir === '' ? ofApp : []),
        ],
      }),
    ],
    stats: 'errors-warnings',
  };
}

module.exports = (env: Env) => {
  const nested = readdirSync(src).filter((name) => existsSync(join(src, name, 'plugin.json')));
  rmSync(env.dist ?? join(root, 'dist'), { recursive: true, force: true });
  return ['', ...nested].map((dir) => pluginConfig(dir, env));
};
