import {
  type CaseCoverage,
  countsByBoth,
  countsByFamily,
  countsByNode,
  type Segment,
  segmentsOf,
  topFamilies,
} from '../../model/case-records';
import type { CapacityWindow, CaseMargins, CaseTally } from '../../model/capacity';
import { isCauseId } from '../../model/causes';
import { RECORD_SELECTOR } from '../../model/evidence';
import { runLimited } from '../../model/run-limited';
import { logStatusSchema } from '../../model/records';
import type { CaseList } from '../cases/case-list';
import { caseCoverage } from '../lookup/stored-cases';
import type { Sample } from '../loki/query-answer';
import type { QueryClient } from '../loki/query-client';

/** Which cluster and node a review on the command line is about. */
export interface NamedSelection {
  cluster?: string;
  node?: string;
}

/** Which Job families are counted apart: none, those with most cases of the causes that findings are about, or all. */
type Families = 'none' | 'most' | 'all';

const MS = 1_000_000n;
const DAY = 86_400_000n * MS;
/** Loki refuses ranges of more than 721 hours. */
const LONGEST = 28n * DAY;
/** Shorter stretches are read record by record: that is exact in all at once. */
const LEAST_COUNTED = DAY;
/** The causes that findings are about, and how many families of each are counted. */
const FINDING_CAUSES = ['C1', 'C7', 'C8', 'C15'];
const MOST_FAMILIES = 20;
const QUERIES_AT_ONCE = 4;

/**
 * Counts cases: by metric queries where a watch has written them and a day or more is asked for, so that Loki adds up and
 * little comes; else record by record.
 */
export class CaseCounts {
  private readonly byNode = new Tallies();
  private readonly byFamily = new Tallies();

  constructor(
    private readonly client: QueryClient,
    private readonly cases: CaseList,
    private readonly named: NamedSelection,
    private readonly signal: AbortSignal
  ) {}

  /** @throws LokiRefusal, LokiUnreachable, StrangeAnswer, the signal's reason */
  async read(window: CapacityWindow, families: Families): Promise<CaseTally[] | CaseMargins> {
    const [from, to, now] = [nanos(window.from), nanos(window.to), nanos(window.now)];
    const range = { query: RECORD_SELECTOR, from, to: now > to ? now : to };
    const { cluster: named } = this.named;
    const clusters = named === undefined ? await this.client.labelValues('cluster', range, this.signal) : [named];
    const plans = await Promise.all(
      clusters.map(async (cluster) => ({
        cluster,
        segments: segmentsOf({ from, to }, await caseCoverage(this.client, cluster, now)),
      }))
    );
    if (!plans.some(({ segments }) => segments.some(isCounted))) {
      await this.stream(this.named, window);
      return this.byNode.all();
    }
    for (const { cluster, segments } of plans) {
      for (const segment of segments) {
        if (isCounted(segment)) {
          await this.count(cluster, segment, families);
        } else {
          await this.stream({ ...this.named, cluster }, partOf(window, segment));
        }
      }
    }
    return { cases: this.byNode.all(), familyCases: this.byFamily.all() };
  }

  private async count(cluster: string, { from, to }: CaseCoverage, families: Families): Promise<void> {
    const stretches: CaseCoverage[] = [];
    for (let end = to; end > from; end -= LONGEST) {
      stretches.push({ from: end - LONGEST > from ? end - LONGEST : from, to: end });
    }
    await Promise.all(stretches.map((stretch) => this.countStretch(cluster, stretch, families)));
  }

  private async countStretch(cluster: string, { from, to }: CaseCoverage, families: Families): Promise<void> {
    const { node } = this.named;
    const window = `${(to - from) / MS}ms`;
    const ask = (query: string) => this.client.instant(query, to, this.signal);
    const addTo = (tallies: Tallies) => (sample: Sample) => tallies.add(tallyOf(cluster, sample), sample.value);
    const causes = new Map<string, number>();
    const byNode = countsByNode(cluster, node, window).map((query) => async () => {
      for (const sample of await ask(query)) {
        const cause = sample.labels.cause ?? 'unknown';
        causes.set(cause, (causes.get(cause) ?? 0) + sample.value);
        if (cause !== 'C15') {
          addTo(this.byNode)(sample);
        }
      }
    });
    const most = async () =>
      (await ask(topFamilies(cluster, node, FINDING_CAUSES, MOST_FAMILIES, window))).forEach(addTo(this.byFamily));
    await runLimited([...(families === 'most' ? [most] : []), ...byNode], QUERIES_AT_ONCE);
    const ofCauses = (families === 'all' ? [...causes.keys()] : []).map((cause) => async () => {
      (await ask(countsByFamily(cluster, node, cause, window))).forEach(addTo(this.byFamily));
    });
    const rotated = async () => (await ask(countsByBoth(cluster, node, 'C15', window))).forEach(addTo(this.byNode));
    await runLimited([...(causes.has('C15') ? [rotated] : []), ...ofCauses], QUERIES_AT_ONCE);
  }

  /** Cases added up as they come: what is in memory does not grow with their number. */
  private async stream(named: NamedSelection, window: CapacityWindow): Promise<void> {
    const { from, to, recordsTo, now } = window;
    const range = { from: nanos(from), to: nanos(to), recordsTo: nanos(recordsTo), now: nanos(now) };
    for await (const slice of this.cases.slices(named, range)) {
      for (const { cluster, node, namespace, workload, status, cause } of slice) {
        const tally = { cluster, node, namespace, workload, status, cause };
        this.byNode.add(tally, 1);
        this.byFamily.add(tally, 1);
      }
    }
  }
}

class Tallies {
  private readonly byKey = new Map<string, CaseTally>();

  add(tally: Omit<CaseTally, 'count'>, count: number): void {
    const { cluster, node, namespace, workload, status, cause } = tally;
    const key = JSON.stringify([cluster, node, namespace, workload, status, cause]);
    const known = this.byKey.get(key);
    if (known === undefined) {
      this.byKey.set(key, { ...tally, count });
    } else {
      known.count += count;
    }
  }

  /** What was amended to nothing is left out. */
  all(): CaseTally[] {
    return [...this.byKey.values()].filter(({ count }) => count > 0);
  }
}

const isCounted = ({ isRecorded, from, to }: Segment) => isRecorded && to - from >= LEAST_COUNTED;

/** What the labels of a count tell; what they do not tell apart is empty. */
function tallyOf(cluster: string, { labels }: Sample): Omit<CaseTally, 'count'> {
  const { node = '', namespace = '', workload = '', status, cause = '' } = labels;
  return {
    ...{ cluster, node: node === '' ? null : node, namespace, workload },
    status: logStatusSchema.catch('unknown').parse(status),
    cause: isCauseId(cause) ? cause : 'unknown',
  };
}

/** The window of a part of its time. */
function partOf(window: CapacityWindow, { from, to }: Segment): CapacityWindow {
  const end = Number(to / MS);
  const isLast = end === window.to;
  return {
    ...{ from: Number(from / MS), to: end, now: window.now },
    recordsTo: isLast ? window.recordsTo : end + (window.recordsTo - window.to),
  };
}

const nanos = (ms: number): bigint => BigInt(Math.round(ms)) * MS;
