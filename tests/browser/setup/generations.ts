import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../..');

/** A version of Grafana's libraries that the app must run on: a whole set, and the React that Grafana has with it. */
export interface Generation {
  name: string;
  /** Where its node_modules lies. */
  libraries: string;
  /** The host's page, built on it. */
  page: string;
}

const generation = (name: string, libraries: string): Generation => ({
  name,
  libraries,
  page: join(root, 'build', `host-${name}`),
});

export const generations: Generation[] = [
  generation('11.6', join(__dirname, '../generations/11.6')),
  // The set that the repository's own packages are of.
  generation('12.4', root),
  generation('13.2', join(__dirname, '../generations/13.2')),
];

/** Installs a generation where it was not yet, and builds the host's page on it. @throws with what the programs say */
export function prepare({ name, libraries, page }: Generation): void {
  if (!existsSync(join(libraries, 'node_modules/@grafana/ui/package.json'))) {
    run('npm', ['ci', '--ignore-scripts', '--no-progress'], libraries, `the libraries of Grafana ${name}`);
  }
  const build = ['scripts/build-host.mjs', '--libraries', libraries, '--page', page];
  run(process.execPath, build, root, `the page on Grafana ${name}`);
}

function run(program: string, args: string[], cwd: string, what: string): void {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`${what}: ${program} ${args.join(' ')} failed\n${stdout}${stderr}`);
  }
}
