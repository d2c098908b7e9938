import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

// What `npm install --global` and `kubectl krew install` give, from a copy of the repository: builds go into build/.
const root = join(__dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'afterlog-package-'));
const copy = join(dir, 'copy');
const installed = join(dir, 'installed');
const env = {
  PATH: `${join(installed, 'bin')}:${process.env.PATH ?? ''}`,
  HOME: dir,
  MANPATH: join(installed, 'share/man'),
};
const run = (file: string, args: string[], cwd = dir) => spawnSync(file, args, { cwd, env, encoding: 'utf8' });
const packageSchema = z.object({
  version: z.string(),
  man: z.array(z.string()),
  dependencies: z.record(z.string(), z.string()),
});
let packed: string[];

beforeAll(() => {
  mkdirSync(copy);
  const parts = [
    'package.json',
    'package-lock.json',
    'LICENSE',
    'README.md',
    'bin',
    'model',
    'shipper',
    'pocket-loki',
    'scripts',
    'tsconfig.json',
    '.config',
  ];
  for (const part of [...parts, 'tests/recording/disk-pressure/README.md']) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const [answer] = z
    .array(z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) }))
    .parse(
      JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', dir], { cwd: copy, encoding: 'utf8' }))
    );
  packed = answer?.files.map(({ path }) => path) ?? [];
  execFileSync('tar', ['-xzf', join(dir, answer?.filename ?? ''), '-C', dir]);
  symlinkSync(join(root, 'node_modules'), join(dir, 'package/node_modules'));
  // A folder is linked as it is, without asking a registry for what it needs.
  execFileSync(
    'npm',
    ['install', '--global', '--offline', '--ignore-scripts', '--prefix', installed, join(dir, 'package')],
    {
      cwd: dir,
      env,
    }
  );
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true }));

describe('the npm package', () => {
  it('holds the built program and its manual pages, neither sources nor tests nor the recording', () => {
    const outside = packed.filter((path) => !/^(bin\/|build\/(afterlog\.js|program\/[\w-]+\.js|man\/))/.test(path));
    expect(outside.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
    expect(packed).toEqual(expect.arrayContaining(['bin/afterlog', 'build/afterlog.js', 'build/program/agent.js']));
  });

  it('needs no package that it does not ask for', () => {
    const { dependencies } = packageSchema.parse(JSON.parse(readFileSync(join(dir, 'package/package.json'), 'utf8')));
    const program = join(dir, 'package/build/program');
    const needed = readdirSync(program).flatMap((file) =>
      [
        ...readFileSync(join(program, file), 'utf8').matchAll(
          /\b(?:require|import)\("((?:@[\w-]+\/)?[a-z][\w-]+)[\w/.-]*"\)/g
        ),
      ].map(([, name = '']) => name)
    );
    const builtIn = new Set(process.getBuiltinModule('node:module').builtinModules);
    expect([...new Set(needed)].filter((name) => !builtIn.has(name) && !(name in dependencies))).toEqual([]);
    expect(needed).toContain('yaml');
  });

  it('installed globally is `afterlog`, and `kubectl afterlog` where kubectl looks for plugins', () => {
    const { version } = packageSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    for (const name of ['afterlog', 'kubectl-afterlog']) {
      expect(run(name, ['--version'])).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
      expect(run(name, ['cases', '--loki.url', 'http://127.0.0.1:1'])).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/^afterlog: cannot reach Loki at http:\/\/127\.0\.0\.1:1: /),
      });
    }
    for (const command of ['agent', 'watch', 'logs', 'cases', 'explain', 'capacity', 'doctor', 'store', 'demo']) {
      expect(run('afterlog', [command, '--help'])).toMatchObject({ status: 0, stderr: '' });
    }
    expect(run('afterlog', ['stor'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('Did you mean store?'),
    });
    expect(run('afterlog', ['demo'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('the npm package has no recordings: run the demo in a checkout'),
    });
  });

  it('installs a manual page of each command', () => {
    const { man } = packageSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    const made = readdirSync(join(copy, 'build/man')).map((file) => `build/man/${file}`);
    expect([...man].sort()).toEqual(made.sort());
    const pages = realpathSync(join(installed, 'share/man/man1/afterlog-logs.1'));
    expect(readFileSync(pages, 'utf8')).toContain('.B \\-n, \\-\\-namespace <name>');
  });
});

describe('the plugin for krew', () => {
  it('is an archive that runs, and a manifest with its checksum', () => {
    const outdir = join(dir, 'krew');
    execFileSync(process.execPath, ['scripts/pack-krew.mjs', '--outdir', outdir, '--url', 'https://downloads.test/'], {
      cwd: copy,
    });
    const manifest = z
      .object({
        apiVersion: z.literal('krew.googlecontainertools.github.com/v1alpha2'),
        kind: z.literal('Plugin'),
        metadata: z.object({ name: z.literal('afterlog') }),
        spec: z.object({
          version: z.string().regex(/^v\d+\.\d+\.\d+$/),
          shortDescription: z.string().max(80),
          platforms: z.tuple([z.object({ uri: z.string(), sha256: z.string(), bin: z.string() })]),
        }),
      })
      .parse(parse(readFileSync(join(outdir, 'afterlog.yaml'), 'utf8')));
    const [{ uri, sha256, bin }] = manifest.spec.platforms;
    const archive = join(outdir, uri.replace('https://downloads.test/', ''));
    expect(createHash('sha256').update(readFileSync(archive)).digest('hex')).toBe(sha256);
    const unpacked = join(dir, 'unpacked');
    mkdirSync(unpacked);
    execFileSync('tar', ['-xzf', archive, '-C', unpacked]);
    expect(run(join(unpacked, bin), ['explain', 'hello-x', '--loki.url', 'http://127.0.0.1:1'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('cannot reach Loki at http://127.0.0.1:1'),
    });
  }, 120_000);
});
