import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { containerRunId } from '../../model/container-run';
import type { Case } from '../../model/cases';
import type { ContainerRecord } from '../../model/records';
import { DEFAULT_LOKI_URL } from '../config/loki-settings';
import { DEMO_CLUSTER, type DemoLoki } from './demo-loki';
import type { Outcome } from './outcome';
import { runOf } from './replay/log-path';
import { count, workloadName } from './summary';

/** Log files that are still on the replayed node, by container run (`containerRunId`). */
export async function filesOnNode(podsDir: string): Promise<Map<string, number>> {
  const files = new Map<string, number>();
  for (const pod of await readdir(podsDir)) {
    for (const container of await readdir(join(podsDir, pod))) {
      for (const name of await readdir(join(podsDir, pod, container))) {
        const id = containerRunId(runOf(`${pod}/${container}/${name}`));
        files.set(id, (files.get(id) ?? 0) + 1);
      }
    }
  }
  return files;
}

/** Whether the store holds the recording, in words. */
export function outcomeText({ expected, found, named, unnamed }: Outcome): string {
  if (unnamed.length > 0) {
    return [
      `✗ The store does not hold the recording: ${count(found)} lines instead of ${count(expected)}.`,
      ...listed(unnamed.map((one) => `    ${one.log}: ${one.found} of ${one.expected} lines`)),
    ].join('\n');
  }
  if (named.length === 0) {
    return `✓ Every line of the recording is in the store, once: ${count(found)} lines.`;
  }
  const missing = named.reduce((sum, one) => sum + one.expected - one.found, 0);
  return [
    `✓ ${count(found)} lines of the recording are in the store, once. Missing: ${count(missing)} lines of ${named.length} containers, each named by its case or container record:`,
    ...listed(
      named.map(
        (one) => `    ${one.status.padEnd(8)} ${one.log}: ${count(one.expected - one.found)} of ${count(one.expected)}`
      )
    ),
  ].join('\n');
}

/** Ten at most. */
function listed(lines: string[]): string[] {
  return lines.length <= 10 ? lines : [...lines.slice(0, 10), `    and ${lines.length - 10} more`];
}

/** Commands that show what Afterlog is for, with names and ids of this run. */
export function whatToTry(
  containerRecords: readonly ContainerRecord[],
  cases: readonly Case[],
  { options, cluster }: Pick<DemoLoki, 'options' | 'cluster'>
): string {
  const narrowed = cluster === DEMO_CLUSTER ? '' : ` --cluster ${cluster}`;
  const flag = `${narrowed}${options.url === DEFAULT_LOKI_URL ? '' : ` --loki.url ${options.url}`}`;
  const commands: string[] = [];
  const add = <T>(one: T | undefined, command: (found: T) => string) => {
    if (one !== undefined) {
      commands.push(`  ./bin/afterlog ${command(one)}${flag}`);
    }
  };
  const whole = cases.filter(({ status }) => status === 'complete' || status === 'rescued');
  add(
    whole.find(({ job }) => job === 'hello'),
    ({ job, namespace }) => `logs job/${job} -n ${namespace}`
  );
  add(
    whole.find(({ job, containerId }) => job === 'migrate' && containerId !== null),
    ({ containerId }) => `logs 'unable to retrieve container logs for containerd://${containerId}'`
  );
  add(
    whole.find(({ restart }) => restart > 0),
    ({ pod, namespace }) => `logs ${pod} -n ${namespace} --previous`
  );
  add(
    containerRecords.find(({ rotatedAway }) => rotatedAway !== null),
    (containerRecord) => `logs ${workloadName(containerRecord)} -n ${containerRecord.namespace} --tail 3`
  );
  add(cases[0], () => 'cases');
  add(
    cases.find(({ cause, job }) => cause === 'C1' && job === 'hello') ?? cases.find(({ cause }) => cause === 'C1'),
    ({ job, pod, namespace }) => `explain ${job === null ? pod : `job/${job}`} -n ${namespace}`
  );
  add(
    cases.find(({ status }) => status === 'lost'),
    ({ pod, namespace }) => `explain ${pod} -n ${namespace}`
  );
  add(
    cases.find(({ status }) => status === 'partial'),
    ({ pod, namespace }) => `explain ${pod} -n ${namespace}`
  );
  return commands.join('\n');
}
