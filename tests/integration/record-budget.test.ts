import { createHash } from 'node:crypto';
import { replay, atTheEnd } from '../../shipper/cluster/testing/replayed';
import { recordedEvents } from '../../shipper/cluster/testing/recording';
import { createLogger } from '../../shipper/common/log';
import { RecordWriter } from '../../shipper/loki/record-writer';
import { agentConfig, entriesOf, storedContainerRecords } from './agent-harness';
import { until } from '../testkit/until';
import { agentScene } from './agent-scene';

const JOB = 'hello';
/** What a Job of 20 pods may cost, its end, its logs' leaving and its deletion included. */
const BUDGET = { lines: 60, bytes: 40 * 1024 };
const containerId = (name: string) => createHash('sha256').update(name).digest('hex');

const scene = agentScene();

test(`a Job of 20 pods costs less than ${BUDGET.lines} lines and ${BUDGET.bytes / 1024} KB of records`, async () => {
  // The recorded Job, as the watch writes it.
  const watched = replay(recordedEvents());
  const writer = new RecordWriter(scene.store.connection, { logger: createLogger('error') });
  watched.filter(({ line }) => line.includes(`"job":"${JOB}"`)).forEach((record) => writer.write(record));
  await writer.flush();
  await writer.close(60_000);

  // Its containers, as an agent writes their container records.
  const pods = atTheEnd(watched, 'pod').filter(({ job }) => job === JOB);
  expect(pods).toHaveLength(20);
  const containers = pods.map(({ pod, id }) =>
    scene.node.container({ namespace: 'job-test', pod, uid: id, container: JOB }).link(containerId(pod)).write(1)
  );
  const { agent } = await scene.agents.start(agentConfig(scene.node, scene.store.url));
  await until('all to be in the store', () => agent.containerRecords().length === 20 && agent.unacked === 0);
  containers.forEach((container) => container.deleteFiles());
  await until('the final container records', async () => {
    const containerRecords = await storedContainerRecords(scene.store);
    return containers.every((container) => containerRecords.get(container.id)?.final === true);
  });

  const entries = await entriesOf(scene.store, '{service_name="afterlog"}');
  const bytesOf = (metadata: Readonly<Record<string, string>>) =>
    Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  const lineBytes = entries.reduce((sum, { line }) => sum + Buffer.byteLength(line), 0);
  const metadataBytes = entries.reduce((sum, { metadata }) => sum + bytesOf(metadata), 0);
  process.stdout.write(
    `Job ${JOB} with 20 pods: ${entries.length} lines, ${lineBytes} bytes, and ${metadataBytes} bytes of structured metadata\n`
  );
  expect(entries.length).toBeLessThan(BUDGET.lines);
  expect(lineBytes).toBeLessThan(BUDGET.bytes);
});
