import type { Who } from '../../model/lookup';
import type { ContainerRecord } from '../../model/records';
import { parseNs } from '../../model/time';
import type { Entry } from './log-frames';
import { logQuery } from './logql';
import type { Span } from './loki-source';

/** A container instance whose log can be asked for. */
export interface Instance {
  /** Tells it from the others. */
  key: string;
  who: Who;
  /** Its ledger; undefined while its agent has written none. */
  record: ContainerRecord | undefined;
  query: string;
  span: Span;
}

const MARGIN_MS = 1000;

/** @param searched reaches as far as a log does whose ledger does not tell where it begins or ends */
export function instanceOfRecord(record: ContainerRecord, searched: Span): Instance {
  const { firstTime, lastTime, final } = record;
  return {
    key: `${record.cluster} ${record.id}`,
    who: record,
    record,
    query: queryFor(record),
    span: {
      from: (millis(firstTime) ?? searched.from + MARGIN_MS) - MARGIN_MS,
      to: ((final ? millis(lastTime) : undefined) ?? searched.to - MARGIN_MS) + MARGIN_MS,
    },
  };
}

/**
 * The container instances that lines come from, by what the lines say of them; the one that wrote last goes first.
 *
 * @param entries oldest first
 */
export function instancesOfLines(entries: readonly Entry[], span: Span): Instance[] {
  const instances = new Map<string, Instance>();
  for (const { fields } of [...entries].reverse()) {
    const { cluster, namespace, container, pod, node, workload, restart } = fields;
    const { container_id: containerId, pod_uid: podUid } = fields;
    const key = [cluster, namespace, pod, container, restart, containerId ?? podUid].join(' ');
    const who = { cluster, namespace, container, pod, node, containerId, podUid };
    const number = restart === undefined ? undefined : Number(restart);
    const query = queryFor({ ...who, restart: number, workload });
    instances.set(key, { key, who: { ...who, restart: number }, record: undefined, query, span });
  }
  return [...instances.values()];
}

/** Where the node never showed the container's id, its lines carry the pod's UID in its place. */
function queryFor(who: Who & { workload?: string }): string {
  const { cluster, namespace, container, workload, containerId, podUid, restart } = who;
  const run = restart === undefined ? undefined : `${restart}`;
  const metadata = containerId ? { container_id: containerId } : { pod_uid: podUid, restart: run };
  return logQuery({ cluster, namespace, container, workload }, metadata);
}

function millis(time: string | null): number | undefined {
  const ns = time === null ? undefined : parseNs(time);
  return ns === undefined ? undefined : Number(ns / 1_000_000n);
}
