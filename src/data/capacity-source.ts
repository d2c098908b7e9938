import { type CaseSummary, caseCountQuery, caseMoment, caseQuery } from '../../model/case-records';
import type { CapacitySource, CapacityWindow, CaseTally, NumberSeries } from '../../model/capacity';
import { isCauseId } from '../../model/causes';
import { evidencePlan, type Span } from '../../model/evidence';
import type { LabelMatches } from '../../model/logql';
import { foreignVerdicts, runPlan } from '../../model/lookup';
import { logStatusSchema, recordKey } from '../../model/records';
import { askThrough } from './ask-loki';
import { readCases, recordedPart } from './case-records';
import { entryPages } from './entry-pages';
import { EvidenceReader, type Shortage } from './evidence-reader';
import type { Count } from './log-frames';
import type { LokiSource } from './loki-source';
import { inParts } from './in-steps';
import { LokiFailure } from './query-frames';
import type { RecordCache } from './record-cache';

/** Which clusters and nodes are reviewed; empty lists for all. */
export interface ReviewedNodes {
  cluster: readonly string[];
  node: readonly string[];
  /** The node label that names pools; undefined where they are not asked for. */
  poolLabel?: string;
}

const MS = 1_000_000n;
const HOUR_MS = 3_600_000;
/** Loki refuses ranges of more than 721 hours. */
const LONGEST_RANGE_MS = 28 * 24 * HOUR_MS;
/** Cases whose time may still move are few. */
const MOST_OPEN = 10_000;
const TALLIED = ['cluster', 'node', 'namespace', 'workload', 'status', 'cause'];

/**
 * What a capacity review asks, through a data source of Grafana's. Cases are counted in Loki as far as a watch has written
 * them, and worked out from container and pod records where none has.
 *
 * @param cache of this Loki, for what is worked out
 * @param onShortage called with what of the records could not be read
 */
export function capacitySource(
  loki: LokiSource,
  nodes: ReviewedNodes,
  { cache, signal, onShortage }: { cache: RecordCache; signal: AbortSignal; onShortage: (one: Shortage) => void }
): CapacitySource {
  const nanos = ({ from, to }: Span) => ({ from: BigInt(Math.floor(from)) * MS, to: BigInt(Math.ceil(to)) * MS });
  return {
    recordSelector: loki.recordSelector,
    pages: (query, span) => inParts(entryPages(loki, { query, ...nanos(span) }, 'backward', { signal }), signal),
    newest: async (query, span) => (await loki.newest(query, span, 1, signal))[0],
    series: async (query, span, stepMs) => {
      const points = await loki.counts(query, { from: span.from, to: span.to + 1 }, stepMs, signal);
      // Loki may answer for one step more than it was asked for.
      return seriesOf(points.filter(({ at }) => at <= span.to));
    },
    async cases(window) {
      const range = { from: window.from, to: window.to };
      const { span } = await recordedPart(loki, range, nodes.cluster, signal);
      const live = { ...window, from: span?.to ?? window.from };
      const reader = new EvidenceReader(loki, cache, signal);
      const worked =
        live.from < live.to ? await workedOut(loki, reader, cache, { nodes, live, isAll: !span, signal }) : [];
      reader.shortages.forEach(onShortage);
      if (span === undefined) {
        return talliesOf(worked);
      }
      const keys = new Set(worked.map(recordKey));
      const query = { cluster: nodes.cluster, metadata: { node: someOf(nodes.node), open: 'true' }, pipeline: '' };
      const open = await readCases(loki, span, { ...query, status: [] }, MOST_OPEN, signal);
      // A log that is rotated again and again may stand in a record, and have been rotated once more since.
      const moved = open.cases.filter((one) => keys.has(recordKey(one)));
      const counted = await countedIn(loki, nodes, span, signal);
      return added([
        ...counted,
        ...talliesOf(worked),
        ...talliesOf(moved).map((one) => ({ ...one, count: -one.count })),
      ]);
    },
  };
}

/** What of a case is counted. */
type Tallied = Pick<CaseSummary, 'id' | 'cluster' | 'node' | 'namespace' | 'workload' | 'status' | 'cause'>;

const someOf = (names: readonly string[]) => (names.length === 0 ? undefined : names);

function seriesOf(counts: readonly Count[]): NumberSeries[] {
  const series = new Map<string, { labels: Record<string, string>; points: Array<[number, number]> }>();
  for (const { at, value, labels } of counts) {
    const key = JSON.stringify(Object.entries(labels).sort());
    const one = series.get(key) ?? { labels, points: [] };
    series.set(key, one);
    one.points.push([at, value]);
  }
  return [...series.values()];
}

/** The cases of a time that stand in no case records. */
async function workedOut(
  loki: LokiSource,
  reader: EvidenceReader,
  cache: RecordCache,
  { nodes, live, isAll, signal }: { nodes: ReviewedNodes; live: CapacityWindow; isAll: boolean; signal: AbortSignal }
): Promise<Tallied[]> {
  const selection = { node: someOf(nodes.node) };
  for (const wishes of evidencePlan(cache.base, selection, live)) {
    await reader.read(wishes);
  }
  await reader.finish();
  const { cases } = await cache.explain(signal);
  const within = cases.filter((one) => {
    const ns = caseMoment(one);
    // When it happened nobody knows: it counts as of the beginning, or of when it was last looked at.
    const ms = ns === undefined ? (isAll ? live.from : Date.parse(one.asOf)) : Number(ns / MS);
    const isNamed = (names: readonly string[], name: string | null) =>
      names.length === 0 || (name !== null && names.includes(name));
    return ms >= live.from && ms < live.to && isNamed(nodes.cluster, one.cluster) && isNamed(nodes.node, one.node);
  });
  return runPlan(foreignVerdicts(within, loki.logs), askThrough(loki, signal));
}

const talliesOf = (cases: readonly Tallied[]): CaseTally[] =>
  added(
    cases.map(({ cluster, node, namespace, workload, status, cause }) => ({
      ...{ cluster, node, namespace, workload, status, cause, count: 1 },
    }))
  );

function added(tallies: readonly CaseTally[]): CaseTally[] {
  const sums = new Map<string, CaseTally>();
  for (const tally of tallies) {
    const { count, ...what } = tally;
    const key = JSON.stringify([what.cluster, what.node, what.namespace, what.workload, what.status, what.cause]);
    const sum = sums.get(key) ?? { ...what, count: 0 };
    sum.count += count;
    sums.set(key, sum);
  }
  return [...sums.values()].filter(({ count }) => count !== 0);
}

/** The cases of a span that stand in case records, counted in Loki. @throws LokiFailure, AbortError */
async function countedIn(
  loki: LokiSource,
  nodes: ReviewedNodes,
  span: Span,
  signal: AbortSignal
): Promise<CaseTally[]> {
  const metadata: LabelMatches = { node: someOf(nodes.node) };
  const query = caseQuery(someOf(nodes.cluster), metadata, loki.recordSelector);
  const count = async ({ from, to }: Span): Promise<CaseTally[]> => {
    if (to - from > LONGEST_RANGE_MS) {
      return halves({ from, to });
    }
    try {
      const numbers = await loki.vector(caseCountQuery(query, TALLIED, `${to - from}ms`), to, signal);
      return numbers.filter(({ value }) => value !== 0).map(tallyOf);
    } catch (failure) {
      signal.throwIfAborted();
      // Loki refuses an answer of very many series: a shorter time has fewer.
      if (!(failure instanceof LokiFailure) || !/series/i.test(failure.message) || to - from <= HOUR_MS) {
        throw failure;
      }
      return halves({ from, to });
    }
  };
  const halves = async ({ from, to }: Span) => {
    const middle = Math.ceil((from + to) / 2 / HOUR_MS) * HOUR_MS;
    const split = middle > from && middle < to ? middle : Math.floor((from + to) / 2);
    return [...(await count({ from, to: split })), ...(await count({ from: split, to }))];
  };
  return added(await count(span));
}

function tallyOf({ labels, value }: Count): CaseTally {
  const { cluster = '', node = '', namespace = '', workload = '', status = '', cause = '' } = labels;
  return {
    ...{ cluster, node: node === '' ? null : node, namespace, workload, count: value },
    status: logStatusSchema.catch('unknown').parse(status),
    cause: isCauseId(cause) ? cause : 'unknown',
  };
}
