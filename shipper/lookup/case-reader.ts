import { type Answer, answersOf, type Case, casesOf } from '../../model/cases';
import {
  BEFORE_MS,
  type Counted,
  evidencePlan,
  isOfFewPods,
  NEIGHBOURS_AROUND_MS,
  parseRecord,
  queryOf,
  RECORD_SELECTOR,
  recordQuery,
  slicesOf,
  type Wish,
} from '../../model/evidence';
import type { LabelMatches } from '../../model/logql';
import { foreignVerdicts, runPlan } from '../../model/lookup';
import { type PodRecord, podRecordSchema, recordKey } from '../../model/records';
import { formatNs } from '../../model/time';
import { pages } from '../loki/pages';
import type { QueryClient } from '../loki/query-client';
import { askLoki } from './ask-loki';
import type { CaseSelection, CaseWindow } from './case-window';
import { EvidenceReader } from './evidence-reader';
import { type Narrowed, recordedRemovals, type Wanted } from './recorded-removals';

/** How far a reading is, in the records that it is mainly about. */
export interface ReadingProgress {
  read: number;
  total: number;
}

const MS = 1_000_000n;
const HOUR_MS = 3_600_000;
const HOUR_NS = BigInt(HOUR_MS) * MS;
/** Loki refuses ranges of more than 721 hours. */
const LONGEST_NS = 28n * 24n * HOUR_NS;
/** A pod's record may lie so long before the removal of its log. */
const PODS_BACK_NS = 24n * HOUR_NS;
/** So many container and pod records of a slice are in memory at once, with what explains them: some 50 MB. */
const RECORDS_PER_SLICE = 10_000;

/**
 * Reads the cases of a window from Loki, as `evidencePlan` says. A long window of many pods is read slice by slice, newest
 * first: what is in memory does not grow with the window.
 */
export class CaseReader {
  /** Lines that were no record this program knows. */
  unreadable = 0;
  /** Set once the signal ended a reading: what went before this may be missing. Nanoseconds since 1970. */
  stoppedAt: bigint | undefined;

  constructor(
    private readonly client: QueryClient,
    private readonly signal?: AbortSignal,
    private readonly onProgress: (progress: ReadingProgress) => void = () => undefined,
    private readonly recordsPerSlice = RECORDS_PER_SLICE
  ) {}

  /** All cases, newest first; after the signal those of what was read. @throws LokiRefusal, LokiUnreachable, StrangeAnswer */
  async cases(selection: CaseSelection, window: CaseWindow): Promise<Case[]> {
    const all: Case[] = [];
    for await (const cases of this.slices(selection, window)) {
      for (const one of cases) {
        all.push(one);
      }
    }
    return all;
  }

  /** What is known of all container runs of a few pods, cases or not, newest first. @throws as `cases` */
  async answers(selection: CaseSelection, window: CaseWindow): Promise<Answer[]> {
    const all: Answer[] = [];
    for await (const answers of this.slices(selection, window, answersOf)) {
      all.push(...answers);
    }
    return all;
  }

  /** The same as `cases`, slice by slice. @param of works out what is wanted of the records @throws as `cases` */
  async *slices(
    selection: CaseSelection,
    window: CaseWindow,
    of: typeof answersOf = casesOf
  ): AsyncGenerator<Case[], void, void> {
    const isShort = window.to - window.from <= HOUR_NS;
    const { hours, total } =
      isShort || isOfFewPods(selection) ? { hours: [], total: 0 } : await this.count(selection, window);
    const slices = hours.length === 0 ? [whole(window)] : slicesOf(hours, this.recordsPerSlice);
    const isEmpty = hours.length > 0 && hours.every(({ records }) => records === 0);
    // Before Afterlog was there nothing was written: what is known of that time was written afterwards.
    const isSilent = isEmpty && (await this.isSilent(selection, window));
    const progress = { read: 0, total };
    const reader = new EvidenceReader(this.client, {
      signal: this.signal,
      onMain: (records) => {
        progress.read += records;
        this.onProgress({ ...progress });
      },
    });
    const reported = new Set<string>();
    const afterMs = millis(window.recordsTo - window.to);
    for (const { from, to } of slices) {
      const recordsTo = Math.min(to + Math.max(0, afterMs), Math.ceil(millis(window.recordsTo)));
      // What else was on the nodes of an older slice is wanted, and not read again.
      reader.base.dropFrom(BigInt(Math.max(recordsTo, to + NEIGHBOURS_AROUND_MS)) * MS);
      try {
        const readFrom = isSilent ? Math.max(from, to - HOUR_MS) : from;
        for (const wishes of evidencePlan(reader.base, selection, { from: readFrom, to, recordsTo })) {
          await reader.read(wishes);
        }
      } catch (error) {
        if (this.signal?.aborted !== true) {
          throw error;
        }
        this.stoppedAt = BigInt(to) * MS;
      }
      this.unreadable = reader.base.unreadable;
      const start = formatNs(from <= millis(window.from) ? window.from : BigInt(from) * MS);
      const end = formatNs(to >= millis(window.to) ? window.to : BigInt(to) * MS);
      const cases = of({ ...reader.base.records(), now: formatNs(window.now) }, selection).filter((one) => {
        const moment = one.at ?? one.finished ?? start;
        const key = recordKey(one);
        const isNew = isSelected(one, selection) && moment >= start.slice(0, 23) && moment < end && !reported.has(key);
        if (isNew && slices.length > 1) {
          reported.add(key);
        }
        return isNew;
      });
      // Once the signal has ended the reading nothing more is asked.
      yield this.stoppedAt === undefined ? await runPlan(foreignVerdicts(cases), askLoki(this.client)) : cases;
      if (this.stoppedAt !== undefined) {
        return;
      }
    }
  }

  /**
   * How many records there will be in memory, hour by hour: of a namespace those of all pods, for what else was on its nodes
   * is read too. @returns also how many of them are the selection's own
   */
  private async count(
    selection: CaseSelection,
    { from, to }: CaseWindow
  ): Promise<{ hours: Counted[]; total: number }> {
    // Whole hours: to those Loki may move the times of a metric query.
    const first = (from / HOUR_NS) * HOUR_NS;
    const last = ((to + HOUR_NS - 1n) / HOUR_NS) * HOUR_NS;
    const { cluster, namespace, ...ofNodes } = selection;
    const countAll = async (metadata: LabelMatches) => {
      const counts = new Map<number, number>();
      for (const kind of ['containers', 'pods'] as const) {
        const query = `sum(count_over_time(${queryOf({ kind, cluster, metadata })} [1h]))`;
        const range = { query, from: first + HOUR_NS, to: last };
        for (const { points } of await this.client.series(range, HOUR_NS, this.signal)) {
          points.forEach(([at, value]) => counts.set(at, (counts.get(at) ?? 0) + value));
        }
      }
      return counts;
    };
    const all = await countAll(ofNodes);
    const hours: Counted[] = [];
    for (let at = millis(first); at < millis(last); at += HOUR_MS) {
      const start = Math.max(at, Math.floor(millis(from)));
      const end = Math.min(at + HOUR_MS, Math.ceil(millis(to)));
      hours.push({ from: start, to: end, records: all.get(at + HOUR_MS) ?? 0 });
    }
    if (namespace === undefined) {
      return { hours, total: [...all.values()].reduce((sum, records) => sum + records, 0) };
    }
    let total = 0;
    for (const kind of ['containers', 'pods'] as const) {
      const query = queryOf({ kind, cluster, metadata: { ...ofNodes, namespace } });
      total += await this.countOf(query, first, last);
    }
    return { hours, total };
  }

  /** Nothing at all was recorded in a window, of whatever kind: Afterlog was not there yet, or no more. */
  private async isSilent({ cluster }: CaseSelection, { from, to }: CaseWindow): Promise<boolean> {
    return (await this.countOf(recordQuery(RECORD_SELECTOR, { cluster }), from, to)) === 0;
  }

  private async countOf(query: string, from: bigint, to: bigint): Promise<number> {
    let total = 0;
    for (let end = to; end > from; end -= LONGEST_NS) {
      const length = end - from < LONGEST_NS ? end - from : LONGEST_NS;
      const window = `${(length + MS - 1n) / MS}ms`;
      const counted = await this.client.instant(`sum(count_over_time(${query} [${window}]))`, end, this.signal);
      total += counted[0]?.value ?? 0;
    }
    return total;
  }

  /** What is left to read of something whose removals case records name. @throws as `cases` */
  recordedRemovals(wanted: Wanted, window: CaseWindow): Promise<Narrowed[]> {
    return recordedRemovals(this.client, wanted, window, this.signal);
  }

  /** The namespace and pod of the container runs whose id begins so. */
  async podsOfContainer(idPrefix: string, selection: CaseSelection, window: CaseWindow): Promise<CaseSelection[]> {
    const { cluster, namespace } = selection;
    const reader = new EvidenceReader(this.client, { signal: this.signal });
    const span = { from: millis(window.from) - BEFORE_MS, to: Math.ceil(millis(window.recordsTo)) };
    const wish: Wish = {
      ...{ kind: 'containers', span, cluster },
      metadata: { namespace, container_id: new RegExp(`${idPrefix}.*`) },
    };
    const [, pods] = await Promise.all([reader.read([wish]), this.podsNaming(idPrefix, selection, window)]);
    const found = [
      ...reader.base.of('containers'),
      ...pods.filter(({ containers }) =>
        containers.some(({ runs }) => runs.some(({ containerId }) => containerId?.startsWith(idPrefix)))
      ),
    ];
    const byPod = new Map(found.map((one) => [`${one.cluster} ${one.namespace} ${one.pod}`, one]));
    return [...byPod.values()].map((one) => ({ cluster: one.cluster, namespace: one.namespace, pod: one.pod }));
  }

  /** Ids of containers stand in a pod's record only, not beside it. */
  private async podsNaming(idPrefix: string, { cluster, namespace }: CaseSelection, window: CaseWindow) {
    const query = recordQuery(RECORD_SELECTOR, { record: 'pod', cluster }, { namespace }, `"${idPrefix}`);
    const range = { query, from: window.from - PODS_BACK_NS, to: window.recordsTo };
    const pods: PodRecord[] = [];
    for await (const entries of pages(this.client, range, 'backward', { signal: this.signal })) {
      for (const { line } of entries) {
        const pod = parseRecord(line, podRecordSchema);
        if (pod !== undefined) {
          pods.push(pod);
        }
      }
    }
    return pods;
  }
}

const millis = (ns: bigint) => Number(ns / MS);
const whole = ({ from, to }: CaseWindow): Counted => ({
  from: millis(from),
  to: Math.ceil(millis(to)),
  records: 0,
});

function isSelected(one: Case, { cluster, namespace, pod, job, workload, node }: CaseSelection): boolean {
  return (
    (cluster === undefined || one.cluster === cluster) &&
    (namespace === undefined || one.namespace === namespace) &&
    (pod === undefined || (typeof pod === 'string' ? one.pod === pod : pod.includes(one.pod))) &&
    (job === undefined || one.job === job) &&
    (workload === undefined || one.workload === workload) &&
    (node === undefined || (one.node !== null && [node].flat().includes(one.node)))
  );
}
