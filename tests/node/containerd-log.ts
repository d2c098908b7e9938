import { readFileSync } from 'node:fs';

/** A container that containerd started; 1.6 and 2.1 log it alike. */
export interface Started {
  podUid: string;
  container: string;
  /** The restart count: 0 for the first run. */
  restart: number;
  /** 64 hex digits. */
  containerId: string;
}

const id = '\\\\"([0-9a-f]{64})\\\\"';
const sandboxes = new RegExp(`PodSandboxMetadata\\{Name:.*?,Uid:(.*?),.*\\} returns sandbox id ${id}`);
const created = new RegExp(`CreateContainer within sandbox ${id} for .*Name:(.*?),Attempt:(\\d+).* container id ${id}`);
const started = new RegExp(`StartContainer for ${id} returns successfully`);
const removed = new RegExp(`^time="([^"]+)" .*RemoveContainer for ${id} returns successfully`);

function* matches(file: string, pattern: RegExp): Generator<string[]> {
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const match = pattern.exec(line);
    if (match) {
      yield match.slice(1);
    }
  }
}

/** Every container that ran, also those that ended before the API server heard of them. */
export function startedIn(file: string): Started[] {
  const pods = new Map([...matches(file, sandboxes)].map(([uid = '', sandbox = '']) => [sandbox, uid]));
  const ran = new Set([...matches(file, started)].map(([containerId]) => containerId));
  return [...matches(file, created)].flatMap(([sandbox = '', container = '', attempt = '', containerId = '']) => {
    const podUid = pods.get(sandbox);
    return podUid === undefined || !ran.has(containerId)
      ? []
      : [{ podUid, container, restart: Number(attempt), containerId }];
  });
}

/** When containers were removed; milliseconds since 1970. */
export function removalsIn(file: string): Array<{ at: number; containerId: string }> {
  return [...matches(file, removed)].map(([time = '', containerId = '']) => ({ at: Date.parse(time), containerId }));
}
