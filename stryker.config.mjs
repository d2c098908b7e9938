/** What `npm run test:mutation` mutates and how; scripts/test-mutation.mjs names the folders. */
export default {
  testRunner: 'jest',
  plugins: ['@stryker-mutator/jest-runner'],
  jest: { projectType: 'custom', configFile: 'jest.mutation.config.js', enableFindRelatedTests: true },
  coverageAnalysis: 'perTest',
  // What a mutant changes is behaviour: texts of messages are held by tests of their own.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignoreStatic: true,
  ignorePatterns: ['build', 'dist', '.demo', 'bench', 'src/img', 'tests/browser', 'tests/node24'],
  concurrency: 1,
  timeoutMS: 20_000,
  incremental: true,
  incrementalFile: 'node_modules/.cache/stryker/incremental.json',
  tempDirName: '.cache/stryker', // git ignores it; jest would pass over a folder of node_modules
  allowConsoleColors: false,
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: 'node_modules/.cache/stryker/report.json' },
  thresholds: { high: 85, low: 75, break: null },
};
