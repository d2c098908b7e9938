import type { Case } from '../../model/cases';
import type { Who } from '../../model/lookup';
import { type ContainerRecord, type LogStatus, recordKey } from '../../model/records';
import { runQueries } from './run-queries';
import type { Location } from './location';
import type { Origin } from './origin';
import type { TimeWindow } from './time-window';

/** What is known of a container run: its container record, its lines, what took its log from the node. */
export interface Account {
  record?: ContainerRecord;
  origin?: Origin;
  case?: Case;
  status: LogStatus;
  /** What one pastes into Grafana Explore to see its lines. */
  query?: string;
}

/** Whose account it is. */
export function whoOf({ record, origin, case: found }: Account): Who {
  return record ?? origin ?? { ...found, node: found?.node ?? undefined };
}

/** The accounts of all container runs that were looked up, in the order of their first lines. */
export function accountsOf(locations: readonly Location[], origins: readonly Origin[], window: TimeWindow): Account[] {
  const rest = new Set(origins);
  const records = new Map(
    locations.flatMap((location) => location.records).map((record) => [recordKey(record), record])
  );
  const told = [...records.values()].map((record): Account => {
    const origin = origins.find((one) => isOf(one, record));
    if (origin !== undefined) {
      rest.delete(origin);
    }
    return { record, origin, status: record.status, query: runQueries([record], window)[0]?.query };
  });
  const unreported = [...rest].map((origin): Account => ({ origin, status: 'unknown' }));
  return [...told, ...unreported];
}

function isOf(
  { cluster, containerId, podUid, pod, container, restart, namespace }: Origin,
  record: ContainerRecord
): boolean {
  if (cluster !== undefined && cluster !== record.cluster) {
    return false;
  }
  if (containerId !== undefined && record.containerId !== null) {
    return containerId === record.containerId;
  }
  const isSameRun = container === record.container && restart === record.restart;
  return (
    isSameRun &&
    (podUid === undefined ? pod === record.pod && namespace === record.namespace : podUid === record.podUid)
  );
}

/** Lines that Loki had acknowledged and did not give. */
export function shortfall({ record, origin }: Account, isWhole: boolean): number {
  return isWhole && record !== undefined ? Math.max(0, record.linesAcked - (origin?.lines ?? 0)) : 0;
}
