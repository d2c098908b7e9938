import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';

const root = join(__dirname, '../..');
const metafileSchema = z.object({
  outputs: z.record(
    z.string(),
    z.object({ inputs: z.record(z.string(), z.object({ bytesInOutput: z.number() })), bytes: z.number() })
  ),
});

const dir = mkdtempSync(join(tmpdir(), 'afterlog-bundles-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Builds the program into a folder of its own, from which packages are found. @returns what each bundle holds */
function build(name: string, ...flags: string[]) {
  const outdir = join(dir, name);
  const metafile = join(dir, `${name}.json`);
  const script = join(root, 'scripts/build-shipper.mjs');
  execFileSync(process.execPath, [script, '--outdir', outdir, '--metafile', metafile, ...flags]);
  const { outputs } = metafileSchema.parse(JSON.parse(readFileSync(metafile, 'utf8')));
  const of = (bundle: string) =>
    Object.entries(outputs).find(([file]) => file.endsWith(`/program/${bundle}.js`))?.[1] ?? { inputs: {}, bytes: 0 };
  return { program: join(outdir, 'afterlog.js'), bundles: Object.keys(outputs), of };
}

const run = (program: string, ...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });

beforeAll(() => symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules')));

describe('the image of agent and watch', () => {
  const { program, bundles, of } = build('production', '--production');

  test("the agent's bundle holds what an agent runs, and nothing else", () => {
    const { inputs, bytes } = of('agent');
    const rooms = new Set(
      Object.entries(inputs)
        .filter(([file, { bytesInOutput }]) => bytesInOutput > 0 && !/^(unused|writable|command):/.test(file))
        .map(([file]) => file.replace(/^node_modules\/((?:@[^/]+\/)?[^/]+).*/, '$1'))
        .map((file) => /^(shipper|model)\/[^/]+(?=\/)/.exec(file)?.[0] ?? file.replace(/^model\/[^/]+$/, 'model'))
    );
    const allowed = [
      ...['model', 'model/records', 'shipper/program.ts', 'shipper/commands', 'shipper/config', 'shipper/common'],
      ...['shipper/agent', 'shipper/loki', 'shipper/node', 'zod', 'commander', 'prom-client'],
      ...['winston', 'winston-transport', 'logform', 'triple-beam', 'async', 'fecha', 'fn.name', 'is-stream', 'ms'],
      ...['one-time', 'safe-stable-stringify', 'stack-trace'],
    ];
    expect([...rooms].filter((room) => !allowed.includes(room))).toEqual([]);
    expect(Object.keys(inputs).filter((file) => /^shipper\/loki\/(query|tail|follow|recent|pages)/.test(file))).toEqual(
      []
    );
    expect(Object.keys(inputs).filter((file) => file.startsWith('shipper/commands/'))).toEqual([
      'shipper/commands/agent.ts',
    ]);
    expect(bytes).toBeLessThan(700_000);
  });

  test('neither the embedded store nor the demo is in any bundle', () => {
    const forbidden = bundles.flatMap((bundle) =>
      Object.keys(of(/([^/]+)\.js$/.exec(bundle)?.[1] ?? '').inputs).filter((file) =>
        /^(pocket-loki|shipper\/demo|shipper\/commands\/(store|demo))/.test(file)
      )
    );
    expect(forbidden).toEqual([]);
    expect(bundles.filter((bundle) => /(store|demo|query-process)\.js$/.test(bundle))).toEqual([]);
  });

  test('its commands run, and those that are left out say so', () => {
    for (const command of ['agent', 'watch', 'logs', 'cases', 'explain', 'capacity', 'doctor']) {
      expect(run(program, command, '--help')).toMatchObject({ status: 0, stderr: '' });
    }
    expect(run(program, '--help').stdout).not.toMatch(/^ +(store|demo) /m);
    expect(run(program, 'store')).toMatchObject({
      status: 1,
      stderr: 'afterlog: store is not in this image: run it from a checkout or the npm package\n',
    });
  });

  test('the image gets each bundle, and each package that is outside of them', () => {
    const dockerfile = readFileSync(join(root, 'deploy/image/Dockerfile'), 'utf8');
    expect(dockerfile).toContain('COPY --from=bundle /src/build/afterlog.js build/\n');
    expect(dockerfile).toContain('COPY --from=bundle /src/build/program/*.js build/program/\n');
    const removed =
      /rm -rf (.+)$/m.exec(dockerfile.slice(dockerfile.indexOf('npm ci --omit=dev')))?.[1]?.split(' ') ?? [];
    const packages = new Set(
      readdirSync(join(dir, 'production/program'))
        .filter((file) => file.endsWith('.js'))
        .flatMap((file) => [
          ...readFileSync(join(dir, 'production/program', file), 'utf8').matchAll(
            /\b(?:require|import)\("([@\w][^":]*)"\)/g
          ),
        ])
        .map(([, name = '']) => name.split('/')[0] ?? '')
    );
    expect(removed.length).toBeGreaterThan(0);
    // The plugins of kubeconfigs are not in the image either: `afterlog watch` says so.
    expect(removed.filter((name) => packages.has(name))).toEqual(['@kubernetes']);
    expect([...packages]).toEqual(expect.arrayContaining(['snappy', 'undici', 'yaml']));
  });
});
