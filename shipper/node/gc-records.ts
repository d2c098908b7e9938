import { type GcRecord, RECORD_VERSION } from '../../model/records';
import { formatNs } from '../../model/time';
import type { Reclaim } from './kubelet-log/reclaim';

/** Containers a record: about 110 bytes each, so that a line stays far below Loki's limit of 256 KB. */
const CONTAINERS_A_RECORD = 1000;

/** The `gc` records of one reclaim: one, or several parts where it removed very many containers. */
export function gcRecords(reclaim: Reclaim, cluster: string, node: string): GcRecord[] {
  const parts = Math.max(1, Math.ceil(reclaim.containers.length / CONTAINERS_A_RECORD));
  const start = formatNs(reclaim.start);
  return Array.from({ length: parts }, (_, index): GcRecord => {
    const first = index * CONTAINERS_A_RECORD;
    return {
      v: RECORD_VERSION,
      kind: 'gc',
      id: `${node}/gc/${start}${index === 0 ? '' : `/${index + 1}`}`,
      cluster,
      node,
      trigger: reclaim.trigger,
      resource: reclaim.resource,
      start,
      end: formatNs(reclaim.end),
      ...(reclaim.usagePercent !== null && { usagePercent: reclaim.usagePercent }),
      containers: reclaim.containers
        .slice(first, first + CONTAINERS_A_RECORD)
        .map(({ containerId, at }) => ({ containerId, at: formatNs(at) })),
      containersTotal: reclaim.containers.length,
      containersFailed: reclaim.failed.length,
      images: index === 0 ? reclaim.images : [],
      imageBytes: reclaim.images.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
      evicted: index === 0 ? reclaim.evicted : [],
      outcome: reclaim.outcome,
      source: 'kubelet-log',
      part: index + 1,
      parts,
    };
  });
}
