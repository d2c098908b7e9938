import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import type { Logger } from '../../common/log';
import { parseKlog } from './klog';
import type { LineSource, SourceLine } from './line-source';

export interface JournalOptions {
  /** The systemd unit that runs the kubelet; undefined: whatever runs it in the distributions of Kubernetes. */
  unit?: string;
  /** The host's journal, where it is mounted elsewhere than at `/var/log/journal`. */
  directory?: string;
  command?: string;
  /** Waits between two starts of journalctl. */
  backoffMs?: { first: number; most: number };
  /** Without an entry for so long after the start it is reported that there is none. */
  silenceMs?: number;
}

/** systemd's journal as JSON: a field that is no valid text comes as an array of bytes, one that is too long as null. */
const entrySchema = z.object({
  MESSAGE: z.union([z.string(), z.array(z.number()), z.null()]).optional(),
  __CURSOR: z.string(),
  __REALTIME_TIMESTAMP: z.string().regex(/^\d{1,17}$/),
});

/** How far back the journal is read where there is no cursor to go on from. */
const BEGIN = '-1hour';
/** A kubelet writes every few seconds. */
const SILENCE_MS = 20_000;

/** Reads the kubelet's log from the journal through `journalctl --follow`, which is started again whenever it ends. */
export class JournalSource implements LineSource {
  state: string;
  problem: string | null = null;
  private readonly what: string;
  private searching: Promise<void> = Promise.resolve();
  private seenAny = false;
  private silence: NodeJS.Timeout | undefined;
  private child: ChildProcess | undefined;
  private timer: NodeJS.Timeout | undefined;
  private cursor: string | null = null;
  private stopped = false;
  private failures = 0;
  private ended: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: JournalOptions,
    private readonly logger: Logger
  ) {
    this.what = options.unit === undefined ? 'the kubelet' : options.unit;
    this.state = `waiting for the journal of ${this.what}`;
  }

  async start(position: string | null, onLine: (line: SourceLine) => void): Promise<void> {
    this.cursor = position;
    this.seenAny = position !== null;
    this.silence = setTimeout(() => (this.searching = this.explainSilence()), this.options.silenceMs ?? SILENCE_MS);
    this.run(onLine);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.silence);
    this.child?.kill();
    await Promise.all([this.ended, this.searching]);
  }

  private run(onLine: (line: SourceLine) => void): void {
    const child = spawn(this.options.command ?? 'journalctl', this.args(), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    let errors = '';
    let seen = 0;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-500);
    });
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (text) => {
      const line = parseEntry(text);
      if (line) {
        seen++;
        this.failures = 0;
        this.cursor = line.position;
        this.seenAny = true;
        this.problem = null;
        this.state = `reading the journal of ${this.what}`;
        onLine(line);
      }
    });
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        this.again(onLine, error.message, false);
        resolve();
      });
      child.once('close', (code, signal) => {
        const reason = errors.trim() || `journalctl ended (${signal ?? `exit code ${code}`})`;
        this.again(onLine, reason, seen === 0);
        resolve();
      });
    });
  }

  private again(onLine: (line: SourceLine) => void, reason: string, sawNothing: boolean): void {
    if (this.stopped || this.child === undefined) {
      return;
    }
    this.child = undefined;
    this.failures++;
    this.problem = `cannot read the journal of ${this.what}: ${reason}`;
    this.state = this.problem;
    const level = this.failures === 1 ? 'warn' : 'debug';
    this.logger.log(level, 'journalctl ended; starting it again', { unit: this.what, reason });
    if (sawNothing && this.failures >= 3 && this.cursor !== null) {
      // The entry that the cursor names may have been vacuumed away.
      this.cursor = null;
    }
    const { first, most } = this.options.backoffMs ?? { first: 1000, most: 60_000 };
    const wait = Math.min(most, first * 2 ** (this.failures - 1));
    this.timer = setTimeout(() => this.run(onLine), wait);
  }

  private args(): string[] {
    const { unit, directory } = this.options;
    return [
      '--output=json',
      '--output-fields=MESSAGE',
      '--follow',
      '--lines=all',
      '--quiet',
      '--no-pager',
      ...(directory === undefined ? [] : [`--directory=${directory}`]),
      this.cursor === null ? `--since=${BEGIN}` : `--after-cursor=${this.cursor}`,
      ...journalMatches(unit),
    ];
  }

  private async explainSilence(): Promise<void> {
    if (this.seenAny || this.problem !== null) {
      return;
    }
    const unit = await findKubeletUnit(this.options);
    if (!this.seenAny && !this.stopped) {
      this.problem = `the journal has no entry of ${this.what}${unit === undefined ? '' : `; ${unit} writes lines of a kubelet: --kubelet.log-unit ${unit}`}`;
      this.state = this.problem;
      this.logger.warn('cannot read the kubelet log', { reason: this.problem });
    }
  }
}

/** The units that run the kubelet where it is not one of its own, by distribution. */
const units = [
  'kubelet.service',
  'k3s.service',
  'k3s-agent.service',
  'rke2-server.service',
  'rke2-agent.service',
  'k0scontroller.service',
  'k0sworker.service',
  'snap.microk8s.daemon-kubelite.service',
  'snap.microk8s.daemon-kubelet.service',
  'snap.kubelet-eks.daemon.service',
];

/**
 * What selects the kubelet's entries, as arguments of journalctl: the given unit; else the units of the known
 * distributions, and a program of that name in whatever unit.
 */
export function journalMatches(unit: string | undefined): string[] {
  const matches =
    unit === undefined
      ? [...units.map((name) => `_SYSTEMD_UNIT=${name}`), 'SYSLOG_IDENTIFIER=kubelet', '_COMM=kubelet']
      : [`_SYSTEMD_UNIT=${unit.includes('.') ? unit : `${unit}.service`}`];
  return matches.flatMap((match, index) => (index === 0 ? [match] : ['+', match]));
}

const unitSchema = z.object({ _SYSTEMD_UNIT: z.string() });
/** Source files that no other program of Kubernetes logs from. */
const kubeletSource =
  /\b(?:kubelet|pod_workers|eviction_manager|kuberuntime_\w+|container_gc|image_gc_manager)\.go:\d+/;
const SEARCHED_ENTRIES = 5000;

/** The unit whose newest entries are a kubelet's, whatever its name; undefined where there is none. Never throws. */
export async function findKubeletUnit({ directory, command }: JournalOptions): Promise<string | undefined> {
  const { output } = await runJournalctl(command, [
    '--output-fields=MESSAGE,_SYSTEMD_UNIT',
    `--lines=${SEARCHED_ENTRIES}`,
    ...(directory === undefined ? [] : [`--directory=${directory}`]),
  ]);
  for (const text of output.split('\n').reverse()) {
    const entry = kubeletSource.test(text) ? parseEntry(text) : undefined;
    if (entry && parseKlog(entry.text)) {
      const unit = unitSchema.safeParse(JSON.parse(text));
      if (unit.success) {
        return unit.data._SYSTEMD_UNIT;
      }
    }
  }
  return undefined;
}

/** Runs journalctl to its end with JSON output. Never throws; `failure` says why it failed. */
export function runJournalctl(
  command = 'journalctl',
  args: readonly string[]
): Promise<{ output: string; failure: string | undefined }> {
  const child = spawn(command, ['--output=json', '--quiet', '--no-pager', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 10_000,
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  return new Promise((resolve) => {
    child.once('error', (problem) => resolve({ output, failure: problem.message }));
    child.once('close', (code) =>
      resolve({ output, failure: code === 0 ? undefined : errors.trim() || `${command} ended with ${code}` })
    );
  });
}

/** One entry of `journalctl --output=json`; undefined where it has no readable message. */
export function parseEntry(text: string): SourceLine | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined; // journalctl was cut off in the middle of a line; it is read again after the cursor
  }
  const entry = entrySchema.safeParse(parsed);
  if (!entry.success || entry.data.MESSAGE == null) {
    return undefined;
  }
  const { MESSAGE: message, __CURSOR: position, __REALTIME_TIMESTAMP: micros } = entry.data;
  return {
    text: typeof message === 'string' ? message : Buffer.from(message).toString('utf8'),
    writtenMs: Number(micros) / 1000,
    position,
  };
}
