import { containerRunId } from '../../model/container-run';
import { CONTAINER_METADATA, type ContainerRecord, RECORD_SERVICE } from '../../model/records';
import { formatNs } from '../../model/time';
import { workloadOf } from '../../model/workload';
import type { TestStore, Value } from '../testkit/store';

/** A container run as the agent names it in labels and metadata. */
export interface FoundRun {
  cluster: string;
  namespace: string;
  pod: string;
  podUid: string;
  container: string;
  restart: number;
  containerId: string | null;
  node: string;
}

/** 64 hex digits made of a short beginning. */
export const id = (beginning: string): string => beginning.padEnd(64, '0');

export const run = (pod: string, more: Partial<FoundRun> = {}): FoundRun => ({
  cluster: 'c1',
  namespace: 'job-test',
  pod,
  podUid: `2fbf73cd-cd57-4533-8b9c-${Buffer.from(pod).toString('hex').slice(-12).padEnd(12, '0')}`,
  container: 'main',
  restart: 0,
  containerId: id(
    Buffer.from(pod + (more.restart ?? 0) + (more.container ?? ''))
      .toString('hex')
      .slice(0, 60)
  ),
  node: 'n1',
  ...more,
});

/** Lines as the agent pushes them: few labels, the rest as structured metadata. */
export async function pushLines(store: TestStore, of: FoundRun, values: Value[], late = false): Promise<void> {
  const { workload, job } = workloadOf(of.pod);
  const labels = {
    cluster: of.cluster,
    namespace: of.namespace,
    container: of.container,
    workload,
    service_name: workload,
    ...(late && { late: 'true', node: of.node }),
  };
  const metadata = {
    pod: of.pod,
    node: of.node,
    ...(job !== null && { job }),
    ...(of.containerId === null ? { pod_uid: of.podUid } : { container_id: of.containerId }),
    restart: `${of.restart}`,
    stream: 'stdout',
  };
  await store.push(
    labels,
    values.map(([ns, line, more]) => [ns, line, { ...metadata, ...more }])
  );
}

export function record(of: FoundRun, lines: bigint[], more: Partial<ContainerRecord> = {}): ContainerRecord {
  const [first, last] = [lines[0], lines.at(-1)];
  const { workload, job } = workloadOf(of.pod);
  return {
    v: 2,
    kind: 'container',
    id: containerRunId(of),
    ...of,
    workload,
    job,
    linesSeen: lines.length,
    linesAcked: lines.length,
    bytesSeen: lines.length * 100,
    bytesAcked: lines.length * 100,
    firstTime: first === undefined ? null : formatNs(first),
    lastTime: last === undefined ? null : formatNs(last),
    ended: true,
    gaps: [],
    rotatedAway: null,
    left: last === undefined ? null : { at: formatNs(last + 60_000_000_000n), directory: 'empty', bytesUnacked: 0 },
    status: 'complete',
    final: true,
    ...more,
  };
}

export const pushRecord = (store: TestStore, at: bigint, one: ContainerRecord): Promise<void> =>
  pushOther(store, at, one, CONTAINER_METADATA);

/** A record of any kind, as its writer writes it. */
export async function pushOther<R extends { kind: string; cluster: string }>(
  store: TestStore,
  at: bigint,
  one: R,
  fields: Record<string, keyof R>
): Promise<void> {
  const metadata = Object.entries(fields).flatMap(([name, field]) =>
    one[field] == null ? [] : [[name, String(one[field])]]
  );
  const final = 'final' in one && one.final === true ? { final: 'true' } : {};
  const labels = { service_name: RECORD_SERVICE, record: one.kind, cluster: one.cluster };
  await store.push(labels, [[at, JSON.stringify(one), { ...Object.fromEntries(metadata), ...final }]]);
}
