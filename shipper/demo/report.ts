import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { instanceId } from '../../model/container-instance';
import type { ContainerRecord } from '../../model/records';
import { DEFAULT_LOKI_URL } from '../config/loki-options';
import { instanceOf } from './replay/log-path';
import type { StoreCheck } from './store-check';
import { count } from './summary';

/** Log files that are still on the replayed node, by container instance (`instanceId`). */
export async function filesOnNode(podsDir: string): Promise<Map<string, number>> {
  const files = new Map<string, number>();
  for (const pod of await readdir(podsDir)) {
    for (const container of await readdir(join(podsDir, pod))) {
      for (const name of await readdir(join(podsDir, pod, container))) {
        const id = instanceId(instanceOf(`${pod}/${container}/${name}`));
        files.set(id, (files.get(id) ?? 0) + 1);
      }
    }
  }
  return files;
}

/** Whether the store holds the recording, in words. */
export function checkText({ expected, found, differences }: StoreCheck): string {
  if (differences.length === 0) {
    return `✓ Every line of the recording is in the store, once: ${count(found)} lines.`;
  }
  const shown = differences.slice(0, 10).map((d) => `    ${d.log}: ${d.found} of ${d.expected} lines`);
  const more = differences.length > shown.length ? [`    and ${differences.length - shown.length} more`] : [];
  return [
    `✗ The store does not hold the recording: ${count(found)} lines instead of ${count(expected)}.`,
    ...shown,
    ...more,
  ].join('\n');
}

/** Commands that show what Afterlog is for, with names and ids of this run. */
export function whatToTry(records: readonly ContainerRecord[], storeUrl: string): string {
  const flag = storeUrl === DEFAULT_LOKI_URL ? '' : ` --loki.url ${storeUrl}`;
  const commands: string[] = [];
  const add = (record: ContainerRecord | undefined, what: (found: ContainerRecord) => string) => {
    if (record) {
      commands.push(`./bin/afterlog logs ${what(record)}${flag}`);
    }
  };
  const vanished = records.filter((record) => record.left !== null && record.containerId !== null);
  add(
    vanished.find((record) => record.job === 'hello'),
    ({ job, namespace }) => `job/${job} -n ${namespace}`
  );
  add(
    vanished.find((record) => record.job === 'migrate'),
    ({ containerId }) => `'unable to retrieve container logs for containerd://${containerId}'`
  );
  add(
    vanished.find((record) => record.restart > 0),
    ({ pod, namespace }) => `${pod} -n ${namespace} --previous`
  );
  add(
    records.find((record) => record.rotatedAway !== null),
    ({ job, workload, namespace }) => `${job === null ? workload : `job/${job}`} -n ${namespace} --tail 3`
  );
  return commands.map((command) => `  ${command}`).join('\n');
}
