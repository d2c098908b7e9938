// The layout of this repository as import rules; docs/architecture.md draws it. Tests, and what is in folders named
// `testing`, may import anything. `npm run lint` runs them; tests/lint/layout.test.ts holds the rules themselves.

/**
 * The rooms of each program from the ground up: a room imports from itself and from the lines before its own, not from
 * rooms beside it nor from above. Files at the top of a program import any of its rooms, and no room imports them.
 */
const stairs = {
  'shipper/': [
    ['common'],
    ['loki'],
    ['config'],
    ['node', 'cluster', 'lookup'],
    ['cases'],
    ['capacity'],
    ['agent'],
    ['doctor', 'demo'],
    ['commands'],
  ],
  'shipper/agent/': [
    ['files'],
    ['entries'],
    ['container'],
    ['discover', 'priority', 'checkpoint', 'push', 'select', 'status'],
  ],
  'shipper/cluster/': [['core'], ['api', 'state'], ['deletion'], ['trackers']],
  'src/': [['shared'], ['data'], ['timeline'], ['app'], ['details'], ['pages'], ['job-timeline-panel', 'extensions']],
};

const stairRules = Object.entries(stairs).flatMap(([base, steps]) =>
  steps.flatMap((rooms, step) =>
    rooms.map((room) => {
      const above = steps
        .slice(step)
        .flat()
        .filter((other) => other !== room);
      return {
        name: `down-only: ${base}${room}`,
        severity: 'error',
        from: { path: `^${base}${room}/` },
        to: { path: [...above.map((other) => `^${base}${other}/`), `^${base}[^/]+\\.tsx?$`] },
      };
    })
  )
);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-folder-circle', severity: 'error', scope: 'folder', from: {}, to: { circular: true } },
    {
      name: 'model-imports-nothing',
      comment: 'model/ is pure: nothing of ours, no Node.js, and no package but zod',
      severity: 'error',
      from: { path: '^model/' },
      to: { pathNot: ['^model/', '^node_modules/zod/'] },
    },
    {
      name: 'pocket-loki-imports-nothing',
      comment: 'the embedded store is a program of its own',
      severity: 'error',
      from: { path: '^pocket-loki/' },
      to: { path: '^(model|shipper|src|tools|tests|bench)/' },
    },
    {
      name: 'shipper-stands-on-model',
      severity: 'error',
      from: { path: '^shipper/' },
      to: { path: '^(src|tools|tests|bench)/' },
    },
    {
      name: 'store-by-its-entry',
      comment: 'the commands store and demo start the embedded store by its entry',
      severity: 'error',
      from: { path: '^shipper/' },
      to: { path: '^pocket-loki/', pathNot: '^pocket-loki/index\\.ts$' },
    },
    {
      name: 'store-for-two-commands',
      comment: 'the commands store and demo start the embedded store',
      severity: 'error',
      from: { path: '^shipper/', pathNot: '^shipper/(demo/|commands/store)' },
      to: { path: '^pocket-loki/' },
    },
    {
      name: 'app-stands-on-model',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(shipper|tools|tests|bench|pocket-loki)/' },
    },
    {
      name: 'tools-stand-on-the-app',
      comment: 'the host takes the app, and the access rules of the embedded store',
      severity: 'error',
      from: { path: '^tools/' },
      to: { path: '^(shipper|tests|bench)/' },
    },
    ...stairRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['\\.test\\.tsx?$', '/testing/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'] },
  },
};
