import { setTimeout as wait } from 'node:timers/promises';
import { heartbeatRecordSchema, type ContainerRecord, type HeartbeatRecord } from '../../model/records';
import { entriesOf, storedContainerRecords } from './agent-harness';
import { until } from '../testkit/until';
import { agentScene } from './agent-scene';

const scene = agentScene();

async function heartbeats(): Promise<HeartbeatRecord[]> {
  const entries = await entriesOf(scene.store, '{service_name="afterlog", record="heartbeat"}');
  return entries.map(({ line }) => heartbeatRecordSchema.parse(JSON.parse(line)));
}

/** Waits for a container record in the store that is so. */
async function stored(id: string, what: string, is: (record: ContainerRecord) => boolean): Promise<ContainerRecord> {
  let record: ContainerRecord | undefined;
  await until(
    what,
    async () => {
      record = (await storedContainerRecords(scene.store)).get(id);
      return record !== undefined && is(record);
    },
    20_000
  );
  return record!;
}

test('an agent says from when to when it watched its node, and until when the one before it did', async () => {
  const begun = new Date().toISOString();
  const first = await scene.start();
  await until('its first heartbeat', async () => (await heartbeats()).length > 0);
  const [started] = await heartbeats();
  expect(started).toMatchObject({ node: 'n1', final: false, previousUntil: null, logsProblem: null });
  await scene.agents.stop(first.agent);
  const stopped = (await heartbeats()).at(-1);
  expect(stopped).toMatchObject({ id: started?.id, from: started?.from, final: true, unackedBytes: 0 });
  expect([begun < (stopped?.from ?? ''), (stopped?.from ?? '') < (stopped?.to ?? '')]).toEqual([true, true]);
  await scene.start();
  await until('that of the second', async () => (await heartbeats()).at(-1)?.id !== started?.id);
  const previousUntil = (await heartbeats()).at(-1)?.previousUntil ?? '';
  expect(previousUntil >= (stopped?.to ?? '~')).toBe(true);
});

test('that Loki does not answer is in a heartbeat when it answers again, with what waited', async () => {
  scene.endpoint.treat = () => ({ status: 500, body: 'empty ring' });
  const container = scene.node.container({ pod: 'waiting-0' }).write(10, 60);
  await scene.start();
  await until(
    'the problem is told',
    async () => (await heartbeats()).some(({ lokiProblem, unackedBytes }) => lokiProblem !== null && unackedBytes > 0),
    20_000
  );
  const reported = (await heartbeats()).find(({ unackedBytes }) => unackedBytes > 0);
  expect(reported).toMatchObject({ containers: 1, unackedBytes: container.bytes, oldestUnacked: expect.any(String) });
  scene.endpoint.treat = () => 'pass';
  await until('its end is told', async () => (await heartbeats()).at(-1)?.lokiProblem === null, 20_000);
}, 60_000);

test('a container that was silent for a while has a container record that says how far Loki has its log', async () => {
  const { agent } = await scene.start();
  const container = scene.node.container({ pod: 'job-x7k2p' }).write(30);
  await scene.acknowledged(agent, container);
  const record = await stored(container.id, 'its record', () => true);
  expect(record).toMatchObject({ linesAcked: 30, bytesAcked: container.bytes, status: 'pending', final: false });
  // At rest it costs no other.
  await wait(7_000);
  const entries = await entriesOf(scene.store, '{service_name="afterlog", record="container"}');
  expect(entries).toHaveLength(1);
}, 40_000);

test('a backlog is told when it begins, and its end', async () => {
  const container = scene.node.container({ pod: 'late-0' }).write(30);
  scene.endpoint.treatBody = () => ({ status: 503, body: 'not now' });
  await scene.start();
  const begun = await stored(container.id, 'its backlog', () => true);
  expect(begun).toMatchObject({ linesAcked: 0, bytesAcked: 0, bytesSeen: container.bytes, status: 'pending' });
  scene.endpoint.treatBody = null;
  scene.endpoint.treat = () => 'pass';
  await stored(container.id, 'its end', ({ linesAcked }) => linesAcked === 30);
}, 60_000);

test('a clean stop tells what changed since', async () => {
  const { agent } = await scene.start();
  const container = scene.node.container({ pod: 'brief-0' }).write(30);
  await scene.acknowledged(agent, container);
  await scene.agents.stop(agent);
  expect((await storedContainerRecords(scene.store)).get(container.id)).toMatchObject({ linesAcked: 30, final: false });
});
