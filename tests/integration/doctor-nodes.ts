import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Pods with a container each and its log, as the kubelet lays them out, and the links to them. */
export function layOutLogs(root: string, pods: readonly string[]): { logs: string; containers: string } {
  const [logs, containers] = [join(root, 'pods'), join(root, 'containers')];
  mkdirSync(logs, { recursive: true });
  mkdirSync(containers);
  for (const pod of pods) {
    const dir = join(logs, `ns_${pod}_uid-${pod}`, 'main');
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, '0.log'), '2026-11-23T23:15:38.1Z stdout F hello\n');
    const id = Buffer.from(pod).toString('hex').padEnd(64, '0');
    symlinkSync(join(dir, '0.log'), join(containers, `${pod}_ns_main-${id}.log`));
  }
  return { logs, containers };
}

/** Root may read everything: what depends on rights is looked at as somebody else. */
export async function asNobody<T>(look: () => Promise<T>): Promise<T> {
  const before = process.geteuid?.();
  if (before !== 0) {
    return look();
  }
  process.seteuid?.(65_534);
  try {
    return await look();
  } finally {
    process.seteuid?.(before);
  }
}
