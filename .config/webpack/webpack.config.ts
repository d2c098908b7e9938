// Builds the app plugin into dist/, laid out as @grafana/create-plugin lays plugins out, so that its tools find all they
// look for. It is plain CommonJS: ts-node takes the module format from the root's tsconfig.json, which is the bundlers'.
const { readFileSync } = require('node:fs') as typeof import('node:fs');
const { join } = require('node:path') as typeof import('node:path');
const CopyPlugin = require('copy-webpack-plugin') as typeof import('copy-webpack-plugin');
const TerserPlugin = require('terser-webpack-plugin') as typeof import('terser-webpack-plugin');
const { SubresourceIntegrityPlugin } =
  require('webpack-subresource-integrity') as typeof import('webpack-subresource-integrity');

const root = join(__dirname, '../..');
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
const { version }: { version: string } = JSON.parse(textOf('package.json'));
const { id }: { id: string } = JSON.parse(textOf('src/plugin.json'));
const today = new Date().toISOString().slice(0, 10);

/** Modules that Grafana 11.0 and newer shares with its plugins. What is not among them comes with the plugin. */
const shared = [
  ...['@grafana/data', '@grafana/runtime', '@grafana/ui'],
  ...['react', 'react-dom', 'rxjs', 'lodash', 'moment'],
  ...['@emotion/css', '@emotion/react', 'emotion'],
];

/** `%VERSION%` and the like in what is copied. */
const fill = (content: Buffer) =>
  content.toString().replaceAll('%VERSION%', version).replaceAll('%TODAY%', today).replaceAll('%PLUGIN_ID%', id);

const config = (env: { production?: boolean }): import('webpack').Configuration => ({
  mode: env.production ? 'production' : 'development',
  context: join(root, 'src'),
  target: ['web', 'es2020'],
  entry: { module: './module.tsx' },
  devtool: 'source-map',
  externals: [{ 'amd-module': 'module' }, ...shared],
  resolve: { extensions: ['.ts', '.tsx', '.js'] },
  module: {
    rules: [
      {
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
      },
    ],
  },
  output: {
    path: join(root, 'dist'),
    clean: true,
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
    hints: 'error',
    maxEntrypointSize: 60_000,
    maxAssetSize: 1_000_000,
    assetFilter: (name) => /\.js$/.test(name),
  },
  plugins: [
    new SubresourceIntegrityPlugin({ hashFuncNames: ['sha256'] }),
    new CopyPlugin({
      patterns: [
        { from: 'plugin.json', transform: fill },
        { from: 'README.md', transform: fill },
        { from: 'img', to: 'img' },
        { from: join(root, 'LICENSE'), to: 'LICENSE', toType: 'file' },
        { from: join(root, 'CHANGELOG.md'), noErrorOnMissing: true },
      ],
    }),
  ],
  stats: 'errors-warnings',
});

module.exports = config;
