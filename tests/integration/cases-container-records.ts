import { readFileSync } from 'node:fs';
import { type ContainerRecord, type GcRecord, RECORD_VERSION } from '../../model/records';
import { formatNs } from '../../model/time';
import { workloadOf } from '../../model/workload';
import { gcRecords } from '../../shipper/node/gc-records';
import { eventOf } from '../../shipper/node/kubelet-log/events';
import { parseKlog } from '../../shipper/node/kubelet-log/klog';
import { wallToNs } from '../../shipper/node/kubelet-log/klog-time';
import { ReclaimAssembler } from '../../shipper/node/kubelet-log/reclaim';

const folder = 'tests/recording/disk-pressure';

interface Observation {
  t: string;
  event: 'created' | 'grown' | 'renamed' | 'gone';
  path: string;
  from?: string;
  size: number;
}

interface Life {
  created: string;
  grown: string;
  size: number;
  gone: string | null;
  directory: 'empty' | 'removed' | 'unknown';
  rotatedAway: ContainerRecord['rotatedAway'];
}

const read = <T>(name: string): T[] =>
  readFileSync(`${folder}/${name}`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

const currentLog = /^(.+)_(.+)_(.+)\/(.+)\/(\d+)\.log$/;

/**
 * The container records that an agent which missed nothing would have written of the recorded node: from the life of every file as
 * it was seen, and the ids that the recorded links show (short-lived containers have none).
 */
export function recordedContainerRecords(): ContainerRecord[] {
  const lives = new Map<string, Life>();
  const there = new Set<string>();
  const rotated = new Map<string, { log: string; size: number }>();
  for (const { t, event, path, from, size } of read<Observation>('log-files.jsonl')) {
    const isRotation = event === 'renamed' && path.startsWith(`${from ?? ''}.`);
    if (event === 'renamed' && from !== undefined && isRotation) {
      rotated.set(path, { log: from, size });
      continue;
    }
    if (event === 'renamed' && from !== undefined) {
      // An inode that was free again was given to a new file between two looks.
      leave(from, t);
    }
    if (event === 'gone') {
      leave(path, t);
      continue;
    }
    there.add(path);
    const life = lives.get(path);
    if (currentLog.test(path)) {
      lives.set(path, {
        created: life?.created ?? t,
        grown: t,
        size: Math.max(size, life?.size ?? 0),
        gone: null,
        directory: 'unknown',
        rotatedAway: life?.rotatedAway ?? null,
      });
    }
  }
  return [...lives].map(([path, life]) => containerRecord(path, life));

  function leave(path: string, t: string): void {
    there.delete(path);
    const life = lives.get(path);
    if (life) {
      life.gone = t;
      const directory = path.replace(/[^/]+$/, '');
      const others = [...there].some((other) => other.startsWith(directory) && other !== directory);
      life.directory = others ? 'unknown' : there.has(directory) ? 'empty' : 'removed';
    }
    // The recorder lists a directory before what was in it, when both went between two looks.
    for (const [log, other] of lives) {
      if (path.endsWith('/') && log.startsWith(path) && (other.gone === t || other.gone === null)) {
        other.gone = t;
        other.directory = 'removed';
      }
    }
    const compressed = path.endsWith('.gz') ? rotated.get(path.slice(0, -3)) : undefined;
    const owner = compressed && lives.get(compressed.log);
    if (owner) {
      // Of a rotated file its compressed form is what the kubelet drops; 180,000 lines according to the recording.
      owner.rotatedAway = { files: 1, lines: 180_000, bytes: compressed.size, from: null, to: ns(t) };
    }
  }
}

const ns = (t: string): string => formatNs(BigInt(Date.parse(t)) * 1_000_000n);

const links = new Map(
  read<{ link: string; target: string }>('container-links.jsonl').map(({ link, target }) => [
    target,
    /-([0-9a-f]{64})\.log$/.exec(link)?.[1] ?? null,
  ])
);

function containerRecord(path: string, life: Life): ContainerRecord {
  const [, namespace = '', pod = '', podUid = '', container = '', restart = '0'] = currentLog.exec(path) ?? [];
  const bytes = life.size + (life.rotatedAway?.bytes ?? 0);
  return {
    v: RECORD_VERSION,
    kind: 'container',
    id: `${podUid}/${container}/${restart}`,
    cluster: 'c1',
    node: 'node-a',
    namespace,
    pod,
    podUid,
    container,
    restart: Number(restart),
    containerId: links.get(path) ?? null,
    ...workloadOf(pod),
    linesSeen: 1,
    linesAcked: 1,
    bytesSeen: bytes,
    bytesAcked: bytes,
    firstTime: ns(life.created),
    lastTime: ns(life.grown),
    ended: !pod.startsWith('web-'),
    gaps: [],
    rotatedAway: life.rotatedAway,
    left: life.gone === null ? null : { at: ns(life.gone), directory: life.directory, bytesUnacked: 0 },
    status: pod.startsWith('web-') ? 'pending' : 'complete',
    final: !pod.startsWith('web-'),
  };
}

/** The reclaims of the recorded kubelet's log, as the agent writes them. */
export function recordedReclaims(): GcRecord[] {
  const assembler = new ReclaimAssembler();
  const lines = readFileSync(`${folder}/kubelet/kubelet.log`, 'utf8').split('\n');
  const reclaims = lines.flatMap((text) => {
    const line = parseKlog(text);
    const event = line && eventOf(line);
    return line?.wall && event ? assembler.feed(event, wallToNs(line.wall, 0, Date.parse('2026-11-23T23:26:00Z'))) : [];
  });
  return [...reclaims, ...assembler.end()].flatMap((reclaim) => gcRecords(reclaim, 'c1', 'node-a'));
}
