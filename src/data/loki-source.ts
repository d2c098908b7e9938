import type { DataFrame } from '@grafana/data';
import type { Span } from '../../model/evidence';
import { type LogLayout, OWN_LAYOUT } from '../../model/log-layouts';
import { atEachStep, isFiller } from '../../model/logql';
import { RECORD_SELECTOR } from '../shared/settings';
import type { LogEntry, NsSpan } from '../../model/log-entry';
import { type Count, countsOf, entriesOf } from './log-frames';
import { labelValues, queryFrames } from './query-frames';

/**
 * Loki as this plugin asks it: through Grafana's data source, which has the address and the rights, and knows no time
 * finer than milliseconds.
 */
export class LokiSource {
  /**
   * @param uid of the data source
   * @param recordSelector LogQL's stream selector of Afterlog's records
   * @param logs how the containers' logs are labelled
   */
  constructor(
    readonly uid: string,
    readonly recordSelector: string = RECORD_SELECTOR,
    readonly logs: LogLayout = OWN_LAYOUT
  ) {}

  /** The newest `limit` entries of a span, oldest first. @throws LokiFailure, AbortError */
  async newest(expr: string, span: Span, limit: number, signal?: AbortSignal): Promise<LogEntry[]> {
    return entriesOf(await this.newestFrames(expr, span, limit, signal)).slice(-limit);
  }

  /** The first or the last `limit` entries of a span, in the order of `direction`. @throws LokiFailure, AbortError */
  async page(
    expr: string,
    span: Span,
    limit: number,
    direction: 'forward' | 'backward',
    signal?: AbortSignal
  ): Promise<LogEntry[]> {
    if (direction === 'backward') {
      return (await this.newest(expr, span, limit, signal)).reverse();
    }
    // The name keeps the data source from asking day by day, the newest first.
    const query = { refId: 'do-not-chunk', expr, queryType: 'range', maxLines: limit, direction } as const;
    return entriesOf(await queryFrames(this.uid, query, span, signal)).slice(0, limit);
  }

  /** The newest ones as frames, in no order. @throws LokiFailure, AbortError */
  async newestFrames(expr: string, span: Span, limit: number, signal?: AbortSignal): Promise<DataFrame[]> {
    const query = { refId: 'lines', expr, queryType: 'range', maxLines: limit, direction: 'backward' } as const;
    return queryFrames(this.uid, query, span, signal);
  }

  /**
   * The values of a label of Afterlog's records; undefined where the data source cannot say.
   *
   * @throws LokiFailure, AbortError
   */
  async labelValues(label: string, span: Span, signal?: AbortSignal): Promise<string[] | undefined> {
    return labelValues(this.uid, label, this.recordSelector, span, signal);
  }

  /** The sum over a metric query's series at a moment. @throws LokiFailure, AbortError */
  async count(expr: string, at: number, signal?: AbortSignal): Promise<number> {
    return (await this.vector(expr, at, signal)).reduce((sum, { value }) => sum + value, 0);
  }

  /**
   * A metric query's numbers at a moment, one a series. It is asked for as a range of one step: an instant query with a long
   * range Loki splits by the hour, and reads a block of a chunk again for each hour that lies in it.
   *
   * @throws LokiFailure, AbortError
   */
  async vector(expr: string, at: number, signal?: AbortSignal): Promise<Count[]> {
    // Of a span that is empty Grafana asks nothing, and Loki may answer for one step more than it was asked for.
    const numbers = await this.numbers(expr, { from: at, to: at + 1 }, FINEST_STEP_MS, signal);
    return numbers.filter((number) => number.at === at);
  }

  /**
   * The series of a query that counts over a span, a number every `step` milliseconds: each is about the time before it;
   * where there is nothing to count there is no number, or 0.
   *
   * @throws LokiFailure, AbortError
   */
  async counts(expr: string, span: Span, step: number, signal?: AbortSignal): Promise<Count[]> {
    const numbers = await this.numbers(atEachStep(expr), span, step, signal);
    return numbers.filter(({ labels, value }) => !isFiller(labels, value));
  }

  private async numbers(expr: string, span: Span, step: number, signal?: AbortSignal): Promise<Count[]> {
    // The name keeps the data source from moving the times to whole steps, day by day.
    const query = { refId: 'do-not-chunk', expr, queryType: 'range', step: `${step}ms` } as const;
    return countsOf(await queryFrames(this.uid, query, span, signal));
  }
}

/** Loki moves the times of a metric query to whole steps: a moment in milliseconds stays where it is. */
const FINEST_STEP_MS = 1;
const MS = 1_000_000n;

/** A span as Grafana asks for it: in milliseconds, and no shorter. */
export const msSpanOf = ({ from, to }: NsSpan): Span => ({ from: Number(from / MS), to: Number((to + MS - 1n) / MS) });

export const nsSpanOf = ({ from, to }: Span): NsSpan => ({
  from: BigInt(Math.floor(from)) * MS,
  to: BigInt(Math.ceil(to)) * MS,
});
