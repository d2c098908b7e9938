import type { LogLine, Origin, Who } from '../../model/lookup';
import { formatNs } from '../../model/time';
import { terminalText } from '../common/terminal-text';
import type { Output } from './output';

export interface PrintOptions {
  format: 'text' | 'json';
  timestamps: boolean;
  /** Show what a terminal would obey in a line instead of passing it on. */
  escape: boolean;
  /** Container runs that are known before the first line is printed. */
  expected: readonly Who[];
}

/**
 * Prints lines as `kubectl logs` does. Where they come from more than one container run each is told from the
 * others in the way of `kubectl logs --prefix`, with the restart count where a container ran more than once.
 */
export class Printer {
  private readonly restartsOf = new Map<string, Set<number | undefined>>();
  private readonly known = new Set<string>();
  private runs = 0;

  constructor(
    private readonly output: Output,
    private readonly options: PrintOptions
  ) {
    options.expected.forEach((run) => this.note(run));
  }

  /** Resolves when the reader has taken them. */
  async print(lines: readonly LogLine[]): Promise<void> {
    lines.forEach(({ origin }) => this.noteOrigin(origin));
    const { escape } = this.options;
    await this.output.write(
      lines.map((line) => `${escape ? terminalText(this.textOf(line)) : this.textOf(line)}\n`).join('')
    );
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

  private textOf({ ns, text, origin, entry }: LogLine): string {
    if (this.options.format === 'json') {
      const { continues: _, ...labels } = entry.fields;
      return JSON.stringify({ timestamp: formatNs(ns), line: text, labels });
    }
    return `${terminalText(this.prefixOf(origin))}${this.options.timestamps ? `${formatNs(ns)} ` : ''}${text}`;
  }

  private prefixOf({ pod, container, restart }: Origin): string {
    if (this.runs < 2) {
      return '';
    }
    const name = `${pod}/${container}`;
    const ranOften = (this.restartsOf.get(name)?.size ?? 0) > 1;
    return `[pod/${name}${ranOften ? `/${restart}` : ''}] `;
  }
}
