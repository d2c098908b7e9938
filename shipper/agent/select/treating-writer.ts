import { isUtf8 } from 'node:buffer';
import type { PushEncoder } from '../../loki/push/encoder';
import type { LineParser, StreamIndex } from '../entries/cri';
import { EntryWriter, REPLACED } from '../entries/entry-writer';
import type { OpenLines } from '../entries/open-lines';
import { NO_RULES_APPLIED, type RuleCount } from '../entries/rule-count';
import type { DropRule, RedactRule } from './compiled-rules';

/** A line to which a rule applied; it counts unless it is taken back. */
interface Applied {
  rule: string;
  action: RuleCount['action'];
  bytes: number;
  /** Lines of the file up to and with it. */
  line: number;
}

/** Writes lines as the rules leave them. Positions move on as without rules, so that the same bytes give the same entries. */
export class TreatingWriter extends EntryWriter {
  private applied: Applied[] = [];

  constructor(
    encoder: PushEncoder,
    openLines: OpenLines,
    private readonly drop: readonly DropRule[],
    private readonly redact: readonly RedactRule[]
  ) {
    super(encoder, openLines);
  }

  override whole(memory: Buffer, { from, to, seconds, nanos, stream, decoded }: LineParser): boolean {
    return this.line(decoded ?? memory.subarray(from, to), seconds, nanos, stream, 0);
  }

  override line(content: Buffer, seconds: number, nanos: number, stream: StreamIndex, marks: number): boolean {
    const text = content.toString('utf8');
    const dropping = this.drop.find(({ match }) => match.test(text));
    if (dropping) {
      this.position.lines++;
      this.position.skip = 0;
      this.note(dropping.name, 'drop', content.length);
      return true;
    }
    const before = this.applied.length;
    const changed = this.redacted(text);
    const isSame = this.applied.length === before;
    const isWritten = isSame
      ? super.line(content, seconds, nanos, stream, marks)
      : super.line(Buffer.from(changed), seconds, nanos, stream, isUtf8(content) ? marks : marks | REPLACED);
    if (!isWritten) {
      this.applied.length = before; // it is read again
    }
    return isWritten;
  }

  override begin(...args: Parameters<EntryWriter['begin']>): void {
    super.begin(...args);
    this.applied = [];
  }

  /** Lines after those were taken back. */
  override ruleCounts(lines: number): readonly RuleCount[] {
    if (this.applied.length === 0) {
      return NO_RULES_APPLIED;
    }
    const counts = new Map<string, RuleCount>();
    for (const { rule, action, bytes, line } of this.applied) {
      if (line <= lines) {
        const key = `${action} ${rule}`;
        const count = counts.get(key) ?? { rule, action, lines: 0, bytes: 0 };
        count.lines++;
        count.bytes += bytes;
        counts.set(key, count);
      }
    }
    return [...counts.values()];
  }

  private redacted(text: string): string {
    for (const { name, match, replacement } of this.redact) {
      if (match.test(text)) {
        const { changed, bytes } = replaceAll(text, match, replacement);
        if (changed !== text) {
          this.note(name, 'redact', bytes, 1);
          text = changed;
        }
      }
    }
    return text;
  }

  /** @param ahead lines that are not counted yet */
  private note(rule: string, action: RuleCount['action'], bytes: number, ahead = 0): void {
    this.applied.push({ rule, action, bytes, line: this.position.lines + ahead });
  }
}

/** @returns the text with each match replaced, and the bytes of what matched */
function replaceAll(
  text: string,
  pattern: RedactRule['match'],
  replacement: string
): { changed: string; bytes: number } {
  const matcher = pattern.matcher(text);
  const names = pattern.namedGroups();
  let changed = '';
  let bytes = 0;
  let at = 0;
  while (matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    const groupOf = (name: string) => {
      const group = /^\d+$/.test(name) ? Number(name) : names[name];
      return group === undefined || group > matcher.groupCount() ? '' : (matcher.group(group) ?? '');
    };
    changed += text.slice(at, start);
    changed += replacement.replace(/\$(?:\$|(\d+)|\{(\w+)\})/g, (all, number?: string, name?: string) =>
      all === '$$' ? '$' : groupOf(number ?? name ?? '')
    );
    bytes += Buffer.byteLength(text.slice(start, end));
    at = end;
  }
  return { changed: changed + text.slice(at), bytes };
}
