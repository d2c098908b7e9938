import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import * as z from 'zod';

const root = join(__dirname, '../..');
const resultSchema = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

/** What `npm run lint:layout` says about a tree of files that import each other: one import a file. */
function violationsIn(imports: ReadonlyArray<readonly [from: string, to: string, typeOnly?: 'type']>): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-layout-'));
  try {
    const files = new Map<string, string>();
    for (const [from, to, typeOnly] of imports) {
      const path = to.startsWith('node:') ? to : posix.relative(dirname(from), to).replace(/^(?!\.)/, './');
      files.set(from, `import ${typeOnly ?? ''} { value } from '${path}';\nexport const used = value;\n`);
      files.set(`${to}.ts`, files.get(`${to}.ts`) ?? 'export type value = 1;\nexport const value = 1;\n');
    }
    for (const [file, text] of files) {
      if (!file.startsWith('node:')) {
        mkdirSync(dirname(join(dir, file)), { recursive: true });
        writeFileSync(join(dir, file), text);
      }
    }
    cpSync(join(root, '.dependency-cruiser.cjs'), join(dir, '.dependency-cruiser.cjs'));
    writeFileSync(join(dir, 'tsconfig.json'), '{}');
    const rooms = [
      ...new Set([...files.keys()].filter((file) => !file.startsWith('node:')).map((file) => file.split('/')[0] ?? '')),
    ];
    const { stdout, stderr } = spawnSync(
      join(root, 'node_modules/.bin/depcruise'),
      ['--output-type', 'json', ...rooms],
      {
        cwd: dir,
        encoding: 'utf8',
      }
    );
    if (stdout === '') {
      throw new Error(stderr);
    }
    const { violations } = resultSchema.parse(JSON.parse(stdout)).summary;
    return violations.map(({ from, rule }) => `${from} ${rule.name.replace(/:.*/, '')}`);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** The same import from one, two and three folders deep. */
const atDepths = (room: string, to: string) =>
  ['', 'a/', 'a/b/'].map((folders) => [`${room}/${folders}${to.replace(/\W/g, '-')}.ts`, to] as const);

/** The rule that refuses imports of a room, and what it refuses. */
const refused: ReadonlyArray<readonly [rule: string, room: string, targets: readonly string[]]> = [
  [
    'model-imports-nothing',
    'model',
    ['shipper/common/log', 'src/shared/paths', 'pocket-loki/index', 'tools/x', 'node:fs'],
  ],
  ['pocket-loki-imports-nothing', 'pocket-loki', ['model/time', 'shipper/common/log', 'src/shared/paths', 'tools/x']],
  ['shipper-stands-on-model', 'shipper', ['src/shared/paths', 'tools/x', 'tests/x', 'bench/x']],
  ['store-by-its-entry', 'shipper', ['pocket-loki/http/server']],
  ['store-for-two-commands', 'shipper', ['pocket-loki/index']],
  ['app-stands-on-model', 'src', ['shipper/common/log', 'pocket-loki/index', 'tools/x', 'tests/x']],
  ['tools-stand-on-the-app', 'tools', ['shipper/common/log', 'tests/x']],
  ['down-only', 'shipper/common', ['shipper/config/units', 'shipper/commands/agent', 'shipper/program']],
  ['down-only', 'shipper/loki', ['shipper/config/units', 'shipper/agent/agent']],
  ['down-only', 'shipper/node', ['shipper/cluster/lease', 'shipper/agent/agent']],
  ['down-only', 'shipper/agent', ['shipper/doctor/diagnose', 'shipper/commands/agent']],
  [
    'down-only',
    'shipper/agent/files',
    ['shipper/agent/entries/cri', 'shipper/agent/push/pusher', 'shipper/agent/agent'],
  ],
  ['down-only', 'shipper/agent/entries', ['shipper/agent/container/container-log']],
  ['down-only', 'shipper/agent/push', ['shipper/agent/discover/pod-logs', 'shipper/agent/status/metrics']],
  ['down-only', 'shipper/cluster/core', ['shipper/cluster/state/pod', 'shipper/cluster/trackers/pod-tracker']],
  ['down-only', 'src/shared', ['src/data/records', 'src/App']],
  ['down-only', 'src/data', ['src/timeline/model/row', 'src/pages/lookup/LookupPage']],
  ['down-only', 'src/timeline', ['src/details/RunLog', 'src/pages/lookup/LookupPage']],
  ['down-only', 'src/pages', ['src/job-timeline-panel/module']],
];

describe('the rules of the layout', () => {
  let violations: string[];
  beforeAll(() => {
    violations = violationsIn(refused.flatMap(([, room, targets]) => targets.flatMap((to) => atDepths(room, to))));
  });

  it.each(refused)('%s refuses imports of %s at every depth: %j', (rule, room, targets) => {
    const files = targets.flatMap((to) => atDepths(room, to)).map(([from]) => from);
    expect(violations).toEqual(expect.arrayContaining(files.map((from) => `${from} ${rule}`)));
  });

  it('let through what is below', () => {
    const imports = [
      ['shipper/config/a.ts', 'shipper/loki/b'],
      ['shipper/agent/push/a.ts', 'shipper/agent/container/b'],
      ['shipper/commands/store.ts', 'pocket-loki/index'],
      ['shipper/demo/a/b.ts', 'pocket-loki/index'],
      ['shipper/lookup/a.ts', 'model/time'],
      ['src/pages/lookup/a.ts', 'src/details/b'],
      ['model/cases/steps/a.ts', 'model/time'],
    ] as const;
    expect(violationsIn(imports)).toEqual([]);
  });

  it('refuse circles of files, of types alone, too, and of folders', () => {
    const circles = violationsIn([
      ['model/x.ts', 'model/y'],
      ['model/y.ts', 'model/x', 'type'],
      ['shipper/agent/push/x.ts', 'shipper/agent/push/y'],
      ['shipper/agent/push/y.ts', 'shipper/agent/push/x', 'type'],
      ['pocket-loki/x/a.ts', 'pocket-loki/y/b'],
      ['pocket-loki/y/c.ts', 'pocket-loki/x/d'],
    ]);
    expect(circles).toEqual(
      expect.arrayContaining([
        'model/x.ts no-circle',
        'shipper/agent/push/x.ts no-circle',
        'pocket-loki/x no-folder-circle',
        'pocket-loki/y no-folder-circle',
      ])
    );
  });
});
