// Packs the kubectl plugin for this platform, and writes krew's manifest of all archives that are there.
//   npm run krew                       build/krew/afterlog-VERSION-OS-ARCH.tar.gz and build/krew/afterlog.yaml
//   --outdir DIR                       somewhere else than build/krew
//   --url URL                          where the archives will be, without their names (default: the release on GitHub)
// Run it on each platform, since two packages have native parts, and once more with all archives in the directory.
// Needs what `npm run build:shipper` and `npm run build:man` made.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: { outdir: { type: 'string', default: join(root, 'build/krew') }, url: { type: 'string' } },
});
const { version, description, homepage, files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const outdir = resolve(values.outdir);
const repository = homepage.replace(/#.*/, '');
const url = (values.url ?? `${repository}/releases/download/v${version}`).replace(/\/+$/, '');
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' };
const prefix = `afterlog-${version}-`;

mkdirSync(outdir, { recursive: true });
pack(`${prefix}${process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}.tar.gz`);
writeFileSync(join(outdir, 'afterlog.yaml'), stringify(manifest(), { lineWidth: 0 }));

/** Packs the npm package's files with the packages that it needs, as they are installed here. */
function pack(name) {
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-krew-'));
  try {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    // Types are for compilers only; native parts of other platforms are not installed.
    const needed = Object.entries(packages)
      .filter(
        ([path, { dev, link }]) =>
          path.startsWith('node_modules/') && !path.startsWith('node_modules/@types/') && !dev && !link
      )
      .map(([path]) => join(root, path))
      .filter((path) => existsSync(path));
    const own = files.map((pattern) => (pattern.includes('*') ? dirname(pattern) : pattern));
    for (const path of [
      ...own.map((one) => join(root, one)),
      ...needed,
      join(root, 'package.json'),
      join(root, 'LICENSE'),
    ]) {
      cpSync(path, join(dir, relative(root, path)), { recursive: true, verbatimSymlinks: true });
    }
    execFileSync('tar', ['--owner=0', '--group=0', '-czf', join(outdir, name), '-C', dir, '.']);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Krew's manifest, with each archive of this version in the directory (krew.sigs.k8s.io, "Writing Krew plugin manifests"). */
function manifest() {
  const archives = readdirSync(outdir).filter((name) => name.startsWith(prefix) && name.endsWith('.tar.gz'));
  const platforms = archives.sort().map((name) => {
    const [os, arch] = name.slice(prefix.length, -'.tar.gz'.length).split('-');
    return {
      selector: { matchLabels: { os, arch } },
      uri: `${url}/${name}`,
      sha256: createHash('sha256')
        .update(readFileSync(join(outdir, name)))
        .digest('hex'),
      bin: 'bin/afterlog',
    };
  });
  return {
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: 'afterlog' },
    spec: {
      version: `v${version}`,
      homepage: repository,
      shortDescription: 'Print logs of removed containers, and why they were removed',
      description: `${description}\n\nIt reads what Afterlog's agent and watch sent to Grafana Loki.\n`,
      caveats: 'Needs Node.js 20.18.1 or newer on the PATH, and the address of Loki in LOKI_ADDR or --loki.url.\n',
      platforms,
    },
  };
}
