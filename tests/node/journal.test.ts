import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createLogger } from '../../shipper/common/log';
import { JournalSource } from '../../shipper/node/kubelet-log/journal-source';
import { KubeletLog } from '../../shipper/node/kubelet-log/kubelet-log';
import type { Reclaim } from '../../shipper/node/kubelet-log/reclaim';
import { until } from '../testkit/until';
import { endProcess } from '../testkit/processes';

jest.setTimeout(2 * 60_000);

const JOURNALD = '/lib/systemd/systemd-journald';
const UNIT = 'kubelet.service';
/** A journal of its own beside the machine's. */
const NAMESPACE = 'afterlog-test';
const sockets = `/run/systemd/journal.${NAMESPACE}`;
const journals = ['/var/log/journal', '/run/log/journal'];

const isHere = existsSync(JOURNALD) && process.getuid?.() === 0;
if (!isHere) {
  process.stdout.write(`tests/node/journal: not run, it takes root and ${JOURNALD}\n`);
}

/** The first reclaim of the recorded kubelet, from before it to after it. */
const recorded = readFileSync(join(__dirname, '../recording/disk-pressure/kubelet/kubelet.log'), 'utf8')
  .split('\n')
  .filter((line) => /^[IWE]\d{4} 23:15:(3[5-9]|4[0-4])/.test(line));
const removed = recorded.flatMap((line) => /RemoveContainer - Container ID: (\w{64})/.exec(line)?.[1] ?? []);

/** Recorded lines as if the last of them were written now; a kubelet here would write this machine's time. */
function asOfNow(lines: readonly string[]): string[] {
  const clock = /^([IWE])(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\./;
  const secondOf = (line: string) => {
    const [, , , , hour = 0, minute = 0, second = 0] = (clock.exec(line) ?? []).map(Number);
    return (hour * 60 + minute) * 60 + second;
  };
  const two = (n: number) => String(n).padStart(2, '0');
  const last = secondOf(lines.at(-1) ?? '');
  return lines.map((line) => {
    const at = new Date(Date.now() + (secondOf(line) - last) * 1000);
    const day = `${two(at.getMonth() + 1)}${two(at.getDate())}`;
    return line.replace(clock, `$1${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}.`);
  });
}

/** Writes to the journal as a service's standard output does (sd_journal_stream_fd): seven lines, then the log. */
async function log(lines: readonly string[]): Promise<void> {
  const socket = connect(join(sockets, 'stdout'));
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.end(['kubelet', UNIT, '6', '0', '0', '0', '0', ...lines, ''].join('\n'), () => resolve());
  });
}

(isHere ? describe : describe.skip)("the kubelet's log in a real journal", () => {
  let journald: ChildProcess;
  let directory: string;
  const running: KubeletLog[] = [];

  const directories = () =>
    journals.flatMap((parent) =>
      (existsSync(parent) ? readdirSync(parent) : [])
        .filter((name) => name.endsWith(`.${NAMESPACE}`))
        .map((name) => join(parent, name))
    );

  beforeAll(async () => {
    journald = spawn(JOURNALD, [NAMESPACE], { stdio: 'ignore' });
    await until('the journal', () => existsSync(join(sockets, 'stdout')) && directories().length > 0);
    directory = directories()[0] ?? '';
  });

  afterAll(async () => {
    // One of a namespace ends by itself when nobody needs it.
    await endProcess(journald);
    [sockets, ...directories()].forEach((path) => rmSync(path, { recursive: true, force: true }));
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
  });

  async function read(position: string | null): Promise<{ reclaims: Reclaim[]; kubeletLog: KubeletLog }> {
    const reclaims: Reclaim[] = [];
    const logger = createLogger('error');
    const source = new JournalSource({ unit: UNIT, directory }, logger);
    const kubeletLog = new KubeletLog({ source, logger, now: Date.now, onReclaim: (one) => reclaims.push(one) });
    running.push(kubeletLog);
    await kubeletLog.start(position);
    return { reclaims, kubeletLog };
  }

  test('a reclaim is read from it, and after a restart only what is new', async () => {
    expect(removed).toHaveLength(34);
    const first = await read(null);
    await log(asOfNow(recorded));
    await until('the reclaim', () => first.reclaims.length > 0);
    expect(first.reclaims[0]?.containers.map(({ containerId }) => containerId)).toEqual(removed);
    expect(first.kubeletLog.state).toBe(`reading the journal of ${UNIT}`);
    const position = first.kubeletLog.safePosition;
    await first.kubeletLog.stop();

    await log(asOfNow(recorded));
    const second = await read(position);
    await until('the second reclaim', () => second.reclaims.length > 0);
    expect(second.reclaims).toHaveLength(1);
    expect(Math.abs(Number((second.reclaims[0]?.start ?? 0n) / 1_000_000n) - Date.now())).toBeLessThan(60_000);
  });
});
