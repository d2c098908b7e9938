import { readFileSync } from 'node:fs';

/** What the kubelet wrote of one reclaim. Times are milliseconds since 1970. */
export interface Reclaim {
  start: number;
  end: number;
  containerIds: Set<string>;
}

const header = /^[IWEF](\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3})/;

/**
 * The reclaims that a log of kubelet 1.20 tells of, read here in the simplest way, so that the agent's reading of the
 * same file can be checked by it. The kubelet runs on this machine: its times are in this machine's zone and year.
 */
export function reclaimsIn(file: string): Reclaim[] {
  const reclaims: Reclaim[] = [];
  let current: Reclaim | undefined;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const at = timeOf(line);
    if (at === undefined) {
      continue;
    }
    if (line.includes('eviction manager: attempting to reclaim ephemeral-storage')) {
      current = { start: at, end: at, containerIds: new Set() };
      reclaims.push(current);
    }
    const removed = /RemoveContainer - Container ID: ([0-9a-f]{64})/.exec(line)?.[1];
    if (current !== undefined && removed !== undefined) {
      current.containerIds.add(removed);
      current.end = at;
    }
    if (line.includes('attempting to delete unused images')) {
      current = undefined;
    }
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
