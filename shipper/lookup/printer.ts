import type { LogLine, Origin, Who } from '../../model/lookup';
import { formatNs } from '../../model/time';
import type { JsonList } from '../common/json-list';
import { terminalText } from '../common/terminal-text';
import type { Output } from './output';
import type { PrintedTimes } from './times';

export type LogFormat = 'text' | 'json' | 'jsonl';

export interface PrintOptions {
  format: LogFormat;
  timestamps: boolean;
  times: PrintedTimes;
  /** Pod and container before each line, also where there is only one. */
  prefix: boolean;
  color: boolean;
  /** Show what a terminal would obey in a line instead of passing it on. */
  escape: boolean;
  /** Container runs that are known before the first line is printed. */
  expected: readonly Who[];
}

/** Cyan, green, yellow, blue, magenta: readable on dark and on light ground. */
const COLORS = [36, 32, 33, 34, 35];

/**
 * Prints lines as `kubectl logs` does. Where they come from more than one container run each is told from the
 * others in the way of `kubectl logs --prefix`, with the restart count where a container ran more than once.
 */
export class Printer {
  private readonly restartsOf = new Map<string, Set<number | undefined>>();
  private readonly known = new Set<string>();
  private runs = 0;

  /** @param list which the lines are items of, with the format json */
  constructor(
    private readonly output: Output,
    private readonly options: PrintOptions,
    private readonly list: JsonList
  ) {
    options.expected.forEach((run) => this.note(run));
  }

  /** Resolves when the reader has taken them. */
  async print(lines: readonly LogLine[]): Promise<void> {
    lines.forEach(({ origin }) => this.noteOrigin(origin));
    const text =
      this.options.format === 'json'
        ? terminalText(this.list.add(lines.map(lineJson)))
        : lines.map((line) => `${this.textOf(line)}\n`).join('');
    await this.output.write(text);
  }

  private noteOrigin(origin: Origin): void {
    if (!this.known.has(origin.key)) {
      this.known.add(origin.key);
      this.note(origin);
    }
  }

  private note({ pod, container, restart }: PrintOptions['expected'][number]): void {
    const name = `${pod}/${container}`;
    const restarts = this.restartsOf.get(name) ?? new Set();
    if (!restarts.has(restart)) {
      this.restartsOf.set(name, restarts.add(restart));
      this.runs++;
    }
  }

  private textOf(line: LogLine): string {
    const { ns, text, origin } = line;
    const { format, times, timestamps, escape } = this.options;
    const shown = (printed: string) => (escape ? terminalText(printed) : printed);
    if (format === 'jsonl') {
      // Inside JSON an escape means the character itself, so it costs a reader of a file nothing.
      return terminalText(JSON.stringify(lineJson(line)));
    }
    return `${this.coloredPrefix(origin)}${timestamps ? `${times.exact(ns)} ` : ''}${shown(text)}`;
  }

  /** Each container run in a colour of its own, where a terminal shows colours. */
  private coloredPrefix(origin: Origin): string {
    const prefix = terminalText(this.prefixOf(origin));
    if (!this.options.color || prefix === '') {
      return prefix;
    }
    const color = COLORS[[...this.known].indexOf(origin.key) % COLORS.length] ?? 36;
    return `\u001b[${color}m${prefix}\u001b[0m`;
  }

  private prefixOf({ pod, container, restart }: Origin): string {
    if (this.runs < 2 && !this.options.prefix) {
      return '';
    }
    const name = `${pod}/${container}`;
    const ranOften = (this.restartsOf.get(name)?.size ?? 0) > 1;
    return `[pod/${name}${ranOften ? `/${restart}` : ''}] `;
  }
}

function lineJson({ ns, text, entry }: LogLine): object {
  const { continues: _, ...labels } = entry.fields;
  return { timestamp: formatNs(ns), line: text, labels };
}
