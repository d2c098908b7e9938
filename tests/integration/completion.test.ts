import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterlog } from '../testkit/afterlog';

// The scripts that `afterlog completion` prints, in the shells that are here; and the manual pages.
const dir = mkdtempSync(join(tmpdir(), 'afterlog-completion-'));
afterAll(() => rmSync(dir, { recursive: true }));

const COMMANDS = ['agent', 'watch', 'logs', 'cases', 'explain', 'capacity', 'doctor', 'store', 'demo', 'completion'];
const hasShell = (name: string) => spawnSync(name, ['--version']).error === undefined;

/** Prints a shell's script into a file. */
async function script(shell: string): Promise<string> {
  const { code, stdout, stderr } = await afterlog(['completion', shell]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const file = join(dir, shell === 'zsh' ? '_afterlog' : `afterlog.${shell}`);
  writeFileSync(file, stdout);
  return file;
}

function lines(file: string, args: string[]): string[] {
  const { status, stdout, stderr } = spawnSync(file, args, {
    cwd: dir,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: dir },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trim().split('\n');
}

it.each(['bash', 'zsh', 'fish'])('the script of %s has every flag that the help has', async (shell) => {
  const text = readFileSync(await script(shell), 'utf8');
  for (const command of COMMANDS) {
    const { stdout } = await afterlog([command, '--help']);
    const flags = [...stdout.matchAll(/^ +(?:-\w, )?--([\w.-]+)/gm)].map(([, flag = '']) => flag);
    expect(flags.length).toBeGreaterThan(0);
    expect(flags.filter((flag) => !text.includes(shell === 'fish' ? `-l ${flag} ` : `--${flag}`))).toEqual([]);
  }
});

it.each([
  ['ca', ['cases', 'capacity']],
  ['logs --names', ['--namespace']],
  ['logs --output ', ['text', 'json', 'jsonl']],
  ['agent --log.level w', ['warn']],
  ['completion z', ['zsh']],
  ['logs --container ', []],
])('bash completes `afterlog %s`', async (typed, expected) => {
  const words = ['afterlog', ...typed.split(' ')].map((word) => `'${word}'`).join(' ');
  const program = `source "$1"; COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _afterlog; printf '%s\\n' "\${COMPREPLY[@]}"`;
  expect(lines('bash', ['-c', program, 'bash', await script('bash')]).filter(Boolean)).toEqual(expected);
});

(hasShell('zsh') ? it : it.skip)('zsh takes its script (skipped where there is no zsh)', async () => {
  const file = await script('zsh');
  lines('zsh', ['-n', file]);
  const program = 'fpath=($1 $fpath); autoload -Uz compinit; compinit -u -d $1/dump; print $_comps[afterlog]';
  expect(lines('zsh', ['-f', '-c', program, 'zsh', dir])).toEqual(['_afterlog']);
});

(hasShell('fish') ? it : it.skip)('fish completes with its script (skipped where there is no fish)', async () => {
  const file = await script('fish');
  const complete = (typed: string) =>
    lines('fish', ['--no-config', '-c', `source ${file}; complete -C ${JSON.stringify(typed)}`]).map(
      (line) => line.split('\t')[0]
    );
  expect(complete('afterlog ca')).toEqual(['capacity', 'cases']);
  expect(complete('afterlog logs --names')).toEqual(['--namespace']);
  expect(complete('afterlog logs --output ')).toEqual(['json', 'jsonl', 'text']);
});

it('there is a manual page of each command, with its flags and examples', async () => {
  const man = join(dir, 'man');
  expect(await afterlog(['man-pages', man])).toMatchObject({ code: 0, stderr: '' });
  expect(readdirSync(man).sort()).toEqual(['afterlog.1', ...COMMANDS.map((name) => `afterlog-${name}.1`)].sort());
  const logs = readFileSync(join(man, 'afterlog-logs.1'), 'utf8');
  expect(logs).toContain('.B \\-\\-since\\-time <time>\n');
  expect(logs).toContain('.B afterlog logs deploy/web');
  // A line that begins with a control character is a macro, and one with a backslash an escape.
  for (const file of readdirSync(man)) {
    const text = readFileSync(join(man, file), 'utf8');
    expect(text.split('\n').filter((line) => /^['.](?!(TH|SH|TP|B|BR|I)\b)/.test(line))).toEqual([]);
    expect(text.match(/\\[^e&(-]/g)).toBeNull();
  }
});

it('an unknown shell is refused with those that there are', async () => {
  const { code, stderr } = await afterlog(['completion', 'tcsh']);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('bash, zsh, fish') });
});
