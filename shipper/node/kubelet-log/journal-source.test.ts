import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../tests/testkit/until';
import { createLogger } from '../../common/log';
import { type JournalOptions, JournalSource, parseEntry } from './journal-source';
import type { SourceLine } from './line-source';

const entry = (cursor: string, message: unknown): string =>
  JSON.stringify({ __CURSOR: cursor, __REALTIME_TIMESTAMP: '1795475738571891', MESSAGE: message });

describe('parseEntry', () => {
  test('takes message, cursor and time', () => {
    expect(parseEntry(entry('s=1', 'hello'))).toEqual({ text: 'hello', writtenMs: 1795475738571.891, position: 's=1' });
  });

  test('reads a message that came as bytes', () => {
    expect(parseEntry(entry('s=1', [104, 105, 0xff]))?.text).toBe('hi\ufffd');
  });

  test.each(['', '{"__CURSOR":', '[]', '{}', entry('s=1', null), entry('s=1', { a: 1 })])(
    'takes %p for no entry',
    (text) => {
      expect(parseEntry(text)).toBeUndefined();
    }
  );
});

describe('JournalSource', () => {
  // A journal needs a running systemd; the contract with journalctl is its arguments and its output, kept by a script.
  let directory: string;
  let source: JournalSource;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'afterlog-journal-'));
  });
  afterEach(async () => {
    await source.stop();
    await rm(directory, { recursive: true });
  });

  async function journalctl(script: string, options: Partial<JournalOptions> = { unit: 'kubelet' }): Promise<void> {
    const command = join(directory, 'journalctl');
    await writeFile(command, `#!/bin/sh\ncd ${directory}\necho "$@" >> calls\n${script}\n`);
    await chmod(command, 0o755);
    source = new JournalSource(
      { directory: '/host/journal', command, backoffMs: { first: 5, most: 10 }, ...options },
      createLogger('error')
    );
  }

  const calls = async (): Promise<string[]> =>
    (await readFile(join(directory, 'calls'), 'utf8').catch(() => '')).split('\n').filter(Boolean);

  test('starts journalctl again after its last entry when it ends', async () => {
    await journalctl(`if [ ! -e once ]; then touch once; echo '${entry('s=1', 'one')}'; exit 1; fi
echo '${entry('s=2', 'two')}'; exec sleep 60`);
    const lines: SourceLine[] = [];
    await source.start(null, (line) => lines.push(line));
    await until('entry 2', () => lines.length === 2);
    expect(lines.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(source.state).toBe('reading the journal of kubelet');
    const [first, second] = await calls();
    expect(first).toContain(
      '--follow --lines=all --quiet --no-pager --directory=/host/journal --since=-1hour _SYSTEMD_UNIT=kubelet.service'
    );
    expect(second).toContain('--after-cursor=s=1');
  });

  test('gives up a cursor that the journal no longer knows', async () => {
    await journalctl(`case "$*" in *after-cursor*) echo 'Failed to seek to cursor: Invalid argument' >&2; exit 1;; esac
echo '${entry('s=9', 'found')}'; exec sleep 60`);
    const lines: SourceLine[] = [];
    await source.start('s=gone', (line) => lines.push(line));
    await until('entry 1', () => lines.length === 1);
    expect((await calls()).length).toBeGreaterThanOrEqual(4);
  });

  test('takes a kubelet of any known distribution where no unit is given', async () => {
    await journalctl(`echo '${entry('s=1', 'one')}'; exec sleep 60`, {});
    const lines: SourceLine[] = [];
    await source.start(null, (line) => lines.push(line));
    await until('entry 1', () => lines.length === 1);
    const [call] = await calls();
    expect(call).toContain('_SYSTEMD_UNIT=k3s.service + ');
    expect(call).toContain('_SYSTEMD_UNIT=snap.microk8s.daemon-kubelite.service + ');
    expect(call).toMatch(/\+ SYSLOG_IDENTIFIER=kubelet \+ _COMM=kubelet$/);
  });

  test('names the unit that the kubelet runs in where the given one is silent', async () => {
    const klog = 'I1128 19:53:14.571940     286 kubelet.go:2724] "SyncLoop ADD" source="api" pods=["a/b"]';
    const kubelet = JSON.stringify({ ...JSON.parse(entry('s=1', klog)), _SYSTEMD_UNIT: 'node-agent.service' });
    await journalctl(`case "$*" in *follow*) exec sleep 60;; esac\necho '${kubelet}'`, {
      unit: 'kubelet',
      silenceMs: 20,
    });
    await source.start(null, () => undefined);
    await until('a problem', () => source.problem !== null);
    expect(source.state).toBe(
      'the journal has no entry of kubelet; node-agent.service writes lines of a kubelet: --kubelet.log-unit node-agent.service'
    );
  });

  test('says so where there is no journalctl', async () => {
    source = new JournalSource({ unit: 'kubelet', command: join(directory, 'missing') }, createLogger('error'));
    await source.start(null, () => undefined);
    await until('why there is none', () => source.state.includes('ENOENT'));
  });
});
