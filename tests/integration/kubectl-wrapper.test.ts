import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const page = readFileSync(join(__dirname, '../../docs/logs.md'), 'utf8');
const wrapper = /```sh\n(klogs\(\) \{\n[\s\S]*?\n\})\n```/.exec(page)?.[1] ?? '';

describe('the shell function of docs/logs.md', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'afterlog-wrapper-'));
    program('afterlog', 'printf "afterlog %s: %s\\n" "$1" "$2"');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const program = (name: string, script: string) => {
    writeFileSync(join(dir, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(dir, name), 0o755);
  };
  const klogs = async (...args: string[]) => {
    const env = { ...process.env, PATH: `${dir}${delimiter}${process.env.PATH}` };
    return (await run('bash', ['-c', `${wrapper}\nklogs "$@"`, 'bash', ...args], { env })).stdout;
  };

  test('shows a log that is there, and asks nobody else', async () => {
    program('kubectl', 'printf "%s of %s\\n" one "$2" two "$2"');
    expect(await klogs('hello-1', '-n', 'job-test')).toBe('one of hello-1\ntwo of hello-1\n');
  });

  test.each([
    [
      'printf "unable to retrieve container logs for containerd://4703"',
      'unable to retrieve container logs for containerd://4703',
    ],
    [
      'echo "Error from server (NotFound): pods \\"p\\" not found" >&2; exit 1',
      'Error from server (NotFound): pods "p" not found',
    ],
  ])('asks Afterlog where it is gone: %s', async (script, text) => {
    program('kubectl', script);
    expect(await klogs('p')).toMatch(new RegExp(`^${text.replace(/[()]/g, '\\$&')}\n?afterlog logs: `));
    expect(await klogs('p')).toContain(`afterlog logs: ${text}\n`);
  });
});
