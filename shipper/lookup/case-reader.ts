import type * as z from 'zod';
import { type Case, type CaseInput, casesOf } from '../../model/cases';
import type { Cause } from '../../model/causes';
import {
  containerRecordSchema,
  type Identified,
  diskRecordSchema,
  eventRecordSchema,
  gcRecordSchema,
  jobRecordSchema,
  nodeRecordSchema,
  podRecordSchema,
  recordKey,
  thresholdsRecordSchema,
} from '../../model/records';
import { formatNs, parseNs } from '../../model/time';
import type { LabelMatches } from '../../model/logql';
import type { QueryClient } from '../loki/query-client';
import { RecordReader } from './record-reader';

/** Whose cases; what is undefined narrows nothing down. */
export interface CaseSelection {
  cluster?: string;
  namespace?: string;
  pod?: string | readonly string[];
  job?: string;
  /** The CronJob, or another owner, as the label `workload` has it. */
  workload?: string;
  node?: string;
}

export interface CaseWindow {
  /** When the logs went. Nanoseconds since 1970. */
  from: bigint;
  to: bigint;
  /** Until when to look for records about it: they are written afterwards. */
  recordsTo: bigint;
  now: bigint;
}

const HOUR = 3_600_000_000_000n;
const DAY = 24n * HOUR;
/** What lives on is written again every six hours, a pod that only stays is not: so far back its record is looked for. */
const PODS_BACK = DAY;
const BACK = HOUR;
/** What is to be known about a log that went is written within hours: an agent that was down catches up. */
export const RECORDS_AFTER_NS = DAY;
/** Ids, or nodes, that one query names. */
const BATCH = 50;

/**
 * Reads the cases of a window from Loki: the container records and what the API told of the same pods, then only what is needed to
 * explain them. Five rounds at most; in each, a query names fifty pods or nodes.
 */
export class CaseReader {
  private readonly reader: RecordReader;

  constructor(client: QueryClient, signal?: AbortSignal) {
    this.reader = new RecordReader(client, signal);
  }

  /** Lines that were no record this program knows. */
  get unreadable(): number {
    return this.reader.unreadable;
  }

  /** @throws LokiRefusal, LokiUnreachable, StrangeAnswer */
  async cases(selection: CaseSelection, window: CaseWindow): Promise<Case[]> {
    const input = await this.records(selection, window);
    await this.addMissingPods(input, selection, window);
    await this.addMissingContainerRecords(input, selection, window);
    const wanted = new Set([...input.containers.map(podKey), ...input.pods.map(recordKey)]);
    await this.addNeighbours(input, selection, window);
    await this.addMeasurements(input, selection, window);
    const from = formatNs(window.from);
    const to = formatNs(window.to);
    return casesOf(input).filter((one) => {
      const moment = one.at ?? one.finished ?? from;
      return wanted.has(podKey(one)) && moment >= from.slice(0, 23) && moment < to;
    });
  }

  /** The namespace and pod of the container runs whose id begins so. */
  async podsOfContainer(idPrefix: string, selection: CaseSelection, window: CaseWindow): Promise<CaseSelection[]> {
    const { cluster, namespace } = selection;
    const range = { from: window.from - PODS_BACK, to: window.recordsTo, cluster };
    const [containerRecords, pods] = await Promise.all([
      this.reader.read('container', containerRecordSchema, {
        ...range,
        metadata: { namespace, container_id: new RegExp(`${idPrefix}.*`) },
      }),
      this.reader.read('pod', podRecordSchema, { ...range, metadata: { namespace }, containing: `"${idPrefix}` }),
    ]);
    const found = [
      ...containerRecords,
      ...pods.filter(({ containers }) =>
        containers.some(({ runs }) => runs.some(({ containerId }) => containerId?.startsWith(idPrefix)))
      ),
    ];
    const byPod = new Map(found.map((one) => [`${one.cluster} ${one.namespace} ${one.pod}`, one]));
    return [...byPod.values()].map((one) => ({ cluster: one.cluster, namespace: one.namespace, pod: one.pod }));
  }

  private async records(selection: CaseSelection, window: CaseWindow): Promise<Input> {
    const { cluster, namespace, pod, job, workload, node } = selection;
    const own: LabelMatches = { namespace, pod, job, workload, node };
    const to = window.recordsTo;
    const read = <R extends { id: string; cluster: string }>(
      kind: string,
      schema: z.ZodType<R>,
      back: bigint,
      metadata: LabelMatches
    ) => this.reader.read(kind, schema, { from: window.from - back, to, cluster, metadata });
    const [containers, pods, jobs, nodes, events, gcs] = await Promise.all([
      read('container', containerRecordSchema, BACK, own),
      read('pod', podRecordSchema, PODS_BACK, own),
      read('job', jobRecordSchema, PODS_BACK, { namespace, job }),
      read('node', nodeRecordSchema, PODS_BACK, { node }),
      read('event', eventRecordSchema, BACK, {}),
      read('gc', gcRecordSchema, BACK, { node }),
    ]);
    return { containers, pods, jobs, nodes, events, gcs, disks: [], thresholds: [], now: formatNs(window.now) };
  }

  /** Pods that ended long before the window, and whose logs went in it. */
  private async addMissingPods(input: Input, { cluster }: CaseSelection, { recordsTo }: CaseWindow): Promise<void> {
    const known = new Set(input.pods.map(recordKey));
    const missing = input.containers.filter((one) => !known.has(podKey(one)));
    const first = earliest(missing.map(({ firstTime }) => firstTime));
    if (first === undefined) {
      return;
    }
    const range = { from: first - BACK, to: recordsTo, cluster };
    for (const uids of batches(new Set(missing.map(({ podUid }) => podUid)))) {
      addNew(input.pods, await this.reader.read('pod', podRecordSchema, { ...range, metadata: { id: uids } }));
    }
  }

  /** Container records from before the window, of containers that the API tells of and that would pass for never seen otherwise. */
  private async addMissingContainerRecords(
    input: Input,
    { cluster }: CaseSelection,
    { recordsTo }: CaseWindow
  ): Promise<void> {
    const unseen = casesOf(input).filter(({ seen }) => !seen);
    const created = new Map(input.pods.map((pod) => [recordKey(pod), pod.created]));
    const starts = unseen.map((one) => created.get(podKey(one)));
    const from = earliest(starts);
    if (from !== undefined) {
      for (const id of batches(new Set(unseen.map((one) => one.id)))) {
        const query = { from: from - BACK, to: recordsTo, cluster, metadata: { id } };
        addNew(input.containers, await this.reader.read('container', containerRecordSchema, query));
      }
    }
  }

  /**
   * The container records beside those asked for, on nodes where a reclaim has to be inferred: it shows in several logs that went
   * together, of whichever namespace.
   */
  private async addNeighbours(input: Input, selection: CaseSelection, window: CaseWindow): Promise<void> {
    const { namespace, pod, job, workload, cluster } = selection;
    if ([namespace, pod, job, workload].every((narrowing) => narrowing === undefined)) {
      return;
    }
    const told = new Set(input.gcs.flatMap(({ containers }) => containers.map(({ containerId }) => containerId)));
    const alone = input.containers.filter(
      ({ left, containerId }) => left?.directory === 'empty' && !told.has(containerId)
    );
    const range = { from: window.from - BACK, to: window.recordsTo, cluster };
    for (const node of batches(new Set(alone.map((containerRecord) => containerRecord.node)))) {
      const metadata = { node };
      const [containerRecords, pods] = await Promise.all([
        this.reader.read('container', containerRecordSchema, { ...range, metadata }),
        this.reader.read('pod', podRecordSchema, { ...range, metadata }),
      ]);
      addNew(input.containers, containerRecords);
      addNew(input.pods, pods);
    }
  }

  /**
   * What the agents measured on the nodes of these cases: why nobody opened a log shows in their signs of life, and how
   * full a disk was against which thresholds explains what went for want of space.
   */
  private async addMeasurements(input: Input, { cluster }: CaseSelection, window: CaseWindow): Promise<void> {
    const cases = casesOf(input);
    const unseen = cases.filter(({ seen }) => !seen);
    const measured = cases.filter(({ cause }) => MEASURED.has(cause));
    const back = { from: window.from - PODS_BACK, to: window.recordsTo };
    // A disk is told of once a minute, so only around these moments; thresholds every few hours.
    const went = measured.flatMap(({ at, finished }) => parseNs(at ?? finished ?? '') ?? []);
    const around = went.length === 0 ? back : { from: least(went) - HOUR / 4n, to: -least(went.map((ns) => -ns)) + 1n };
    const read = async (nodes: Iterable<string | null>, range: { from: bigint; to: bigint }) => {
      for (const node of batches(new Set([...nodes].filter((name) => name !== null)))) {
        const metadata = { node };
        const [disks, thresholds] = await Promise.all([
          this.reader.read('disk', diskRecordSchema, { ...range, cluster, metadata }),
          this.reader.read('thresholds', thresholdsRecordSchema, { ...back, cluster, metadata }),
        ]);
        addNew(input.disks, disks);
        addNew(input.thresholds, thresholds);
      }
    };
    await this.addOneContainerRecordOf(new Set(unseen.map(({ namespace }) => namespace)), input, { ...back, cluster });
    const silent = new Set(unseen.map(({ node }) => node));
    await read(silent, back);
    await read(
      measured.map(({ node }) => node).filter((node) => !silent.has(node)),
      around
    );
  }

  /** Whether an agent ships a namespace at all shows in one container record of it, whichever. */
  private async addOneContainerRecordOf(
    namespaces: ReadonlySet<string>,
    input: Input,
    range: { from: bigint; to: bigint; cluster?: string }
  ): Promise<void> {
    for (const namespace of namespaces) {
      if (!input.containers.some((containerRecord) => containerRecord.namespace === namespace)) {
        const query = { ...range, metadata: { namespace } };
        const found = await this.reader.newest('container', containerRecordSchema, query);
        addNew(input.containers, found === undefined ? [] : [found]);
      }
    }
  }
}

/** Causes that have to do with how full a disk was, or with settings that the agent reads from the kubelet. */
const MEASURED: ReadonlySet<Cause> = new Set(['C1', 'C2', 'C15']);

const least = (all: readonly bigint[]): bigint => all.reduce((a, b) => (b < a ? b : a), all[0] ?? 0n);

type Lists = Required<Omit<CaseInput, 'now' | 'heartbeats' | 'watches'>>;
type Input = { [K in keyof Lists]: Array<Lists[K][number]> } & { now: string };

const podKey = ({ cluster, podUid }: { cluster: string; podUid: string }) => recordKey({ cluster, id: podUid });

function* batches(values: ReadonlySet<string>): Generator<string[]> {
  const all = [...values];
  for (let at = 0; at < all.length; at += BATCH) {
    yield all.slice(at, at + BATCH);
  }
}

function earliest(times: ReadonlyArray<string | null | undefined>): bigint | undefined {
  const known = times.map((time) => parseNs(time ?? '')).filter((time) => time !== undefined);
  return known.reduce<bigint | undefined>(
    (first, time) => (first === undefined || time < first ? time : first),
    undefined
  );
}

function addNew<R extends Identified>(records: R[], more: R[]): void {
  const known = new Set(records.map(recordKey));
  for (const record of more) {
    if (!known.has(recordKey(record))) {
      records.push(record);
    }
  }
}
