import type { ContainerRecord } from '../../model/records';
import { formatNs } from '../../model/time';
import type { LokiDataSource } from './loki-data-source';

export const CONTAINER_ID = '4703b9db1c2ed1e747c55ee0f13bea0da9da2afa86f35ad0c86d8af9c0a937f6';

const base = {
  cluster: 'c1',
  namespace: 'job-test',
  container: 'main',
  workload: 'hello',
};

/** Nanoseconds since 1970, so many seconds before now. */
export const ago = (seconds: number): bigint => (BigInt(Date.now()) - BigInt(seconds) * 1000n) * 1_000_000n;

/** A Job's container run that is gone: its lines, and its container record. */
export async function pushHello(
  loki: LokiDataSource,
  lines: string[],
  changes: Partial<ContainerRecord> = {}
): Promise<void> {
  const first = ago(3600);
  const last = first + BigInt(lines.length - 1) * 1000n; // a microsecond apart: many of them in one millisecond
  const metadata = {
    pod: 'hello-rtkpw',
    job: 'hello',
    node: 'n1',
    restart: '0',
    stream: 'stdout',
    container_id: CONTAINER_ID,
  };
  if (lines.length > 0) {
    await loki.push(
      base,
      lines.map((line, i) => [first + BigInt(i) * 1000n, line, metadata])
    );
  }
  const record: ContainerRecord = {
    v: 2,
    kind: 'container',
    id: '2fbf73cd-cd57-4533-8b9c-bbf04a35023b/main/0',
    ...base,
    node: 'n1',
    pod: 'hello-rtkpw',
    podUid: '2fbf73cd-cd57-4533-8b9c-bbf04a35023b',
    restart: 0,
    containerId: CONTAINER_ID,
    job: 'hello',
    linesSeen: lines.length,
    linesAcked: lines.length,
    bytesSeen: 2400,
    bytesAcked: 2400,
    firstTime: formatNs(first),
    lastTime: formatNs(last),
    ended: true,
    gaps: [],
    rotatedAway: null,
    left: { at: formatNs(ago(1800)), directory: 'empty', bytesUnacked: 0 },
    status: 'complete',
    final: true,
    ...changes,
  };
  const { id, node, namespace, pod, container, job, workload, status } = record;
  await loki.push({ service_name: 'afterlog', record: 'container', cluster: 'c1' }, [
    [
      ago(1800),
      JSON.stringify(record),
      {
        id,
        node,
        namespace,
        pod,
        container,
        job: job ?? '',
        workload,
        status,
        container_id: record.containerId ?? '',
      },
    ],
  ]);
}
