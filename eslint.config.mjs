import { defineConfig } from 'eslint/config';
import grafanaConfig from '@grafana/eslint-config/flat.js';

const typed = [
  'model/**/*.ts',
  'shipper/**/*.ts',
  'pocket-loki/**/*.ts',
  'src/**/*.{ts,tsx}',
  'tools/**/*.{ts,tsx}',
  'tests/**/*.ts',
  'bench/**/*.ts',
];

export default defineConfig([
  { ignores: ['node_modules/', 'build/', 'dist/', 'coverage/', '.demo/'] },
  ...grafanaConfig,
  {
    rules: { 'react/prop-types': 'off' },
  },
  {
    files: typed,
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: {
      '@typescript-eslint/no-deprecated': 'warn',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
    },
  },
  {
    // The house: `model/` is the ground floor, each program stands on it alone.
    files: ['model/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^\\.\\./(?!\\.)(shipper|src|pocket-loki)', message: 'model/ imports nothing of ours' },
            { regex: '^node:', message: 'model/ does no I/O' },
          ],
        },
      ],
    },
  },
  {
    // The host gives what Grafana gives, old and deprecated things too.
    files: ['tools/grafana-host/page/**/*.{ts,tsx}'],
    rules: { '@typescript-eslint/no-deprecated': 'off', 'no-restricted-imports': 'off' },
  },
  {
    files: ['shipper/**/*.ts', 'pocket-loki/**/*.ts', 'tests/**/*.{ts,tsx}', 'bench/**/*.{ts,mjs}'],
    rules: { 'react-hooks/rules-of-hooks': 'off', 'no-console': 'off' },
  },
]);
