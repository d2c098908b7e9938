import { errorText } from '../../model/error-text';
import { HEARTBEAT_EVERY_MS, parseRecord, queryOf } from '../../model/evidence';
import { heartbeatRecordSchema } from '../../model/records';
import { pause } from '../cluster/api/pause';
import type { Logger } from '../common/log';
import { pages } from '../loki/pages';
import type { QueryClient } from '../loki/query-client';

export interface AgentCensusOptions {
  loki: QueryClient;
  cluster: string;
  logger: Logger;
  /** The cluster's time, nanoseconds since 1970. */
  now: () => bigint;
  /** The nodes that are there, by name. */
  nodes: () => readonly string[];
}

const EVERY_MS = 60_000;
/** Heartbeats of 5,000 nodes are 8 MB an answer without it. */
const PAGE = 1000;

/** Which nodes have an agent that reports, and which have none, or one that is silent: by the agents' heartbeats in Loki. */
export class AgentCensus {
  reporting = 0;
  silent: string[] = [];
  /** Loki has answered, and the nodes are known. */
  isCounted = false;

  constructor(private readonly options: AgentCensusOptions) {}

  /** Counts once a minute until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.count(signal);
      } catch (error) {
        if (!signal.aborted) {
          this.options.logger.warn('agents were not counted', { error: errorText(error) });
        }
      }
      await pause(EVERY_MS, signal);
    }
  }

  /** @throws LokiRefusal, LokiUnreachable, StrangeAnswer, the signal's reason */
  async count(signal: AbortSignal): Promise<void> {
    const { loki, cluster, now, nodes } = this.options;
    const to = now();
    const range = {
      query: queryOf({ kind: 'heartbeats', cluster, metadata: {} }),
      from: to - BigInt(HEARTBEAT_EVERY_MS) * 1_000_000n,
      to,
    };
    const beating = new Set<string>();
    const stopped = new Set<string>();
    for await (const entries of pages(loki, range, 'backward', { firstPage: PAGE, signal })) {
      for (const { line, metadata } of entries) {
        const { node = '' } = metadata;
        // Newest first: an agent whose last word is that it stops reports no more.
        const isFinal = parseRecord(line, heartbeatRecordSchema)?.final === true;
        if (isFinal && !beating.has(node)) {
          stopped.add(node);
        } else if (!stopped.has(node)) {
          beating.add(node);
        }
      }
    }
    const there = nodes();
    this.silent = there.filter((node) => !beating.has(node));
    this.reporting = there.length - this.silent.length;
    this.isCounted = there.length > 0;
  }
}
