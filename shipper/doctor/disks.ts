import type { Thresholds } from '../../model/records';
import { signalStates } from '../../model/thresholds';
import type { AgentConfig } from '../config/agent-config';
import { layoutOf } from '../node/disk/disk-layout';
import { filesystemReader, type Mounted } from '../node/disk/filesystem';
import { type Finding, note, ok, warning } from './finding';

/** Nearer than this to the next reclaim, in parts of the capacity, is worth a warning. */
const NEAR = 0.05;

/** Whether the agent sees the node's disks, and how far they are from the next reclaim. */
export async function checkDisks({ disk }: AgentConfig, thresholds: Thresholds): Promise<Finding[]> {
  const read = filesystemReader();
  const seen: Record<string, Mounted | undefined> = {
    nodefs: await read(disk['nodefs-dir']),
    imagefs: await read(disk['imagefs-dir']),
  };
  const missing = Object.keys(seen).filter((name) => seen[name] === undefined);
  const layout = layoutOf(seen.nodefs, seen.imagefs, undefined, null);
  const [nearest] = signalStates(layout, thresholds.evictionHard);
  const source = thresholds.source === 'configz' ? 'read from /configz' : "Kubernetes' default, /configz was not read";
  return [
    ...missing.map((name) =>
      note(
        `disk.${name}`,
        `${disk[`${name}-dir` as 'nodefs-dir' | 'imagefs-dir']} cannot be seen: the use of ${name} is known from the kubelet only, if at all`,
        `Mount it read-only into the agent's pod, or give a directory on ${name} with --disk.${name}-dir.`
      )
    ),
    ...(missing.length === 0 ? [ok('disk.layout', layoutText[layout.layout])] : []),
    ...(nearest === undefined
      ? []
      : [
          distance(
            `${nearest.signal} is ${nearest.margin < 0 ? 'below' : `${percent(nearest.fraction)} of the disk above`} its threshold of ${thresholds.evictionHard[nearest.signal] ?? ''} (${source})`,
            nearest.fraction
          ),
        ]),
  ];
}

const layoutText = {
  single: 'nodefs and imagefs are one disk',
  'dedicated-imagefs': 'imagefs is a disk of its own',
  split: 'images lie on a disk of their own, the layers of containers on nodefs',
  unknown: 'how nodefs and imagefs lie is not known',
};

function distance(found: string, fraction: number): Finding {
  return fraction < NEAR
    ? warning(
        'disk.pressure',
        found,
        'Below it the kubelet deletes all finished containers with their logs. Make room, or let image GC begin earlier (imageGCHighThresholdPercent).'
      )
    : ok('disk.pressure', found);
}

const percent = (fraction: number) => `${(fraction * 100).toFixed(1)} %`;
