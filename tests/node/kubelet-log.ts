import { readFileSync } from 'node:fs';
import { removalsIn } from './containerd-log';

/** What kubelet and containerd wrote of one reclaim. Times are milliseconds since 1970. */
export interface Reclaim {
  start: number;
  end: number;
  /** The containers that the kubelet named in it. */
  named: Set<string>;
  /** Those of them that containerd removed then: the kubelet also names a container that has just ended. */
  removed: Set<string>;
}

const header = /^[IWEF](\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3})/;

/**
 * The reclaims that a kubelet's log tells of, as text of 1.20 or structured text of a newer one, read here in the simplest way, so that the agent's reading of the
 * same file can be checked by it. The kubelet runs on this machine: its times are in this machine's zone and year.
 */
export function reclaimsIn(kubeletLog: string, containerdLog: string): Reclaim[] {
  const reclaims: Reclaim[] = [];
  let current: Reclaim | undefined;
  for (const line of readFileSync(kubeletLog, 'utf8').split('\n')) {
    const at = timeOf(line);
    if (at === undefined) {
      continue;
    }
    if (/viction manager: attempting to reclaim(?: |" resourceName=")ephemeral-storage/.test(line)) {
      current = { start: at, end: at, named: new Set(), removed: new Set() };
      reclaims.push(current);
    }
    const named = /RemoveContainer(?: - Container ID: |" containerID=")([0-9a-f]{64})/.exec(line)?.[1];
    if (current !== undefined && named !== undefined) {
      current.named.add(named);
    }
    if (current !== undefined && /ttempting to delete unused images/.test(line)) {
      current.end = at;
      current = undefined;
    }
  }
  const removals = removalsIn(containerdLog);
  for (const { start, end, named, removed } of reclaims) {
    removals
      .filter(({ at, containerId }) => at >= start && at <= end && named.has(containerId))
      .forEach(({ containerId }) => removed.add(containerId));
  }
  return reclaims;
}

function timeOf(line: string): number | undefined {
  const parts = header.exec(line)?.slice(1).map(Number);
  if (parts === undefined) {
    return undefined;
  }
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0] = parts;
  return new Date(new Date().getFullYear(), month - 1, day, hour, minute, second, ms).getTime();
}
