import type { LokiSource, Span } from './loki-source';
import { narrowed, recordQuery } from './record-query';
import type { TimedLine } from './log-frames';
import type { Shortage } from './loaded-records';
import { COUNTED, type KindName, KINDS } from './kinds';
import { parseLines } from './parse-lines';
import { idFilter, readSlice } from './read-slice';
import type { RecordCache, Scope } from './record-cache';

/** Ids that one query names. */
export const IDS_A_QUERY = 50;

/** Reads records of one Loki into a cache. */
export class Reader {
  /** Lines that were no record known here. */
  unreadable = 0;
  shortages: Shortage[] = [];

  constructor(
    private readonly loki: LokiSource,
    private readonly cache: RecordCache,
    private readonly signal: AbortSignal,
    private readonly onLines: (lines: number) => void
  ) {}

  /** All records of a kind in a slice of time, or those that are not final. @throws LokiFailure, AbortError */
  async slice(kind: KindName, scope: Scope, span: Span): Promise<void> {
    const filters = scope === 'open' ? ['final!="true"'] : [];
    await this.read(kind, span, filters);
    this.cache.cover(kind, scope, span);
  }

  /** The records of a kind with these ids. @throws LokiFailure, AbortError */
  async ids(kind: KindName, ids: readonly string[], span: Span): Promise<void> {
    await this.read(kind, span, [idFilter(ids)]);
    ids.forEach((id) => this.cache.asked.add(`${kind} ${id}`));
  }

  /** How many records of each kind stand in the stretches of time, by their ends. @throws LokiFailure, AbortError */
  async counts(span: Span, step: number): Promise<Map<string, Array<{ at: number; entries: number }>>> {
    const query = `sum by (record) (count_over_time(${narrowed(this.loki.recordSelector, COUNTED)} [${step}ms]))`;
    const byKind = new Map<string, Array<{ at: number; entries: number }>>();
    // The first number is about the time that ends with the first step.
    const ends = { from: span.from + step, to: span.to };
    for (const { at, value, labels } of await this.loki.counts(query, ends, step, this.signal)) {
      const { record = '' } = labels;
      const counts = byKind.get(record) ?? [];
      counts.push({ at, entries: value });
      byKind.set(record, counts);
    }
    return byKind;
  }

  /** The records of a kind that pass these filters of LogQL. @throws LokiFailure, AbortError */
  async read(kind: KindName, span: Span, filters: readonly string[]): Promise<void> {
    await readSlice(span, {
      loki: this.loki,
      query: recordQuery(this.loki.recordSelector, KINDS[kind].label, ...filters),
      signal: this.signal,
      onPage: (lines) => this.parse(kind, lines),
      onLost: (at) => this.shortages.push({ why: 'one-millisecond', at }),
    });
  }

  private async parse<K extends KindName>(kind: K, lines: readonly TimedLine[]): Promise<void> {
    const { parsed, unreadable } = await parseLines(lines, KINDS[kind].schema, this.signal);
    parsed.forEach(({ record, ns }) => this.cache.add(kind, record, ns));
    this.unreadable += unreadable;
    this.onLines(lines.length);
  }
}
