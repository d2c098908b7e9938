import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import type { Logger } from '../../common/log';
import type { LineSource, SourceLine } from './line-source';

export interface JournalOptions {
  /** `kubelet`; other distributions run it inside another unit (`k3s`, `rke2-server`, `docker`). */
  unit: string;
  /** The host's journal, where it is mounted elsewhere than at `/var/log/journal`. */
  directory?: string;
  command?: string;
  /** Waits between two starts of journalctl. */
  backoffMs?: { first: number; most: number };
}

/** systemd's journal as JSON: a field that is no valid text comes as an array of bytes, one that is too long as null. */
const entrySchema = z.object({
  MESSAGE: z.union([z.string(), z.array(z.number()), z.null()]).optional(),
  __CURSOR: z.string(),
  __REALTIME_TIMESTAMP: z.string().regex(/^\d{1,17}$/),
});

/** How far back the journal is read where there is no cursor to go on from. */
const BEGIN = '-1hour';

/** Reads the kubelet's log from the journal through `journalctl --follow`, which is started again whenever it ends. */
export class JournalSource implements LineSource {
  state: string;
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
    this.state = `waiting for the journal of ${options.unit}`;
  }

  async start(position: string | null, onLine: (line: SourceLine) => void): Promise<void> {
    this.cursor = position;
    this.run(onLine);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.child?.kill();
    await this.ended;
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
        this.state = `reading the journal of ${this.options.unit}`;
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
    this.state = `cannot read the journal of ${this.options.unit}: ${reason}`;
    const level = this.failures === 1 ? 'warn' : 'debug';
    this.logger.log(level, 'journalctl ended; starting it again', { unit: this.options.unit, reason });
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
      `--unit=${unit}`,
      ...(directory === undefined ? [] : [`--directory=${directory}`]),
      this.cursor === null ? `--since=${BEGIN}` : `--after-cursor=${this.cursor}`,
    ];
  }
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
