import winston from 'winston';
import { caseCountQuery, caseQuery, type CaseSummary, caseSummarySchema, summaryOf } from '../../model/case-records';
import type { Case } from '../../model/cases';
import { type Lookup, lookupPlan, parseQuestion, runPlan } from '../../model/lookup';
import {
  CONTAINER_METADATA,
  type ContainerRecord,
  RECORD_VERSION,
  recordKey,
  type WatchRecord,
} from '../../model/records';
import { formatNs, parseNs } from '../../model/time';
import { type CaseFilter, CaseList } from '../../shipper/cases/case-list';
import { CaseLeader } from '../../shipper/cases/case-leader';
import { storedCases } from '../../shipper/lookup/stored-cases';
import { metadataOf } from '../../shipper/cluster/core/tracker';
import { askLoki } from '../../shipper/lookup/ask-loki';
import { CaseReader } from '../../shipper/lookup/case-reader';
import type { CaseSelection } from '../../shipper/lookup/case-window';
import { answersOfTargets } from '../../shipper/lookup/target-cases';
import { connectLoki, type LokiConnection } from '../../shipper/loki/connection';
import { QueryClient } from '../../shipper/loki/query-client';
import { RecordWriter } from '../../shipper/loki/record-writer';
import { RECORDED, recordedRecords } from '../../src/timeline/testing/recorded';
import { storeOfRecordedNode } from '../plugin/recorded-node';

const MINUTE = 60_000_000_000n;
const HOUR = 60n * MINUTE;
const DAY = 24n * HOUR;
const logger = winston.createLogger({ silent: true });
const END = BigInt(RECORDED.to) * 1_000_000n;
const cluster = recordedRecords().containers[0]?.cluster ?? '';
const signal = new AbortController().signal;

let close: () => Promise<void>;
let connection: LokiConnection;
let loki: QueryClient;
/** The cluster's time, which the test moves on. */
let now: bigint;

beforeEach(async () => {
  const recorded = await storeOfRecordedNode();
  connection = connectLoki({ url: recorded.store.url });
  loki = new QueryClient(connection);
  now = END + 3n * MINUTE;
  close = async () => {
    await connection.close();
    await recorded.close();
  };
});
afterEach(() => close());

const newWriter = () => new RecordWriter(connection, { logger, now: () => now, batchWaitMs: 2 });
/** A leader as a new process is one: nothing is known but what Loki has. */
async function lead(use: (leader: CaseLeader) => Promise<void>): Promise<void> {
  const writer = newWriter();
  await use(new CaseLeader({ loki, writer, cluster, logger, now: () => now }));
  await writer.close(1000);
}
const round = () => lead((leader) => leader.round(signal));

const range = () => ({ from: END - DAY, to: END + HOUR });
const written = async () => (await storedCases(loki, cluster, range())).cases();
async function workedOut(): Promise<Case[]> {
  const window = { from: END - DAY, to: now - 2n * MINUTE, recordsTo: END + HOUR, now };
  return new CaseReader(loki).cases({ cluster }, window);
}
/** How many there are by LogQL, of each status. */
async function counted(): Promise<Record<string, number>> {
  const samples = await loki.instant(caseCountQuery(caseQuery(cluster, {}), ['status'], '48h'), END + HOUR);
  // What was taken back leaves a series of nothing.
  return Object.fromEntries(samples.flatMap(({ labels, value }) => (value === 0 ? [] : [[labels.status, value]])));
}
const sorted = <T extends { cluster: string; id: string }>(cases: readonly T[]) =>
  [...cases].sort((a, b) => (recordKey(a) < recordKey(b) ? -1 : 1));

/** Another container record of a Job's pod, of a moment after its log was removed. */
async function amend(afterMs: bigint, change: (record: ContainerRecord) => ContainerRecord): Promise<ContainerRecord> {
  const before = recordedRecords().containers.find(({ job }) => job === 'hello');
  if (before === undefined) {
    throw new Error('no container of the Job hello');
  }
  const record = change(before);
  const timestamp = (parseNs(before.left?.at ?? '') ?? 0n) + afterMs * 1_000_000n;
  const writer = newWriter();
  const metadata = metadataOf({ ...record, final: true }, CONTAINER_METADATA);
  writer.write({ kind: 'container', cluster, timestamp, line: JSON.stringify(record), metadata });
  await writer.flush();
  await writer.close(1000);
  return record;
}
const partly = (record: ContainerRecord): ContainerRecord => ({
  ...record,
  status: 'partial',
  bytesSeen: record.bytesSeen + 100,
  gaps: [{ reason: 'gone-unread', bytes: 100, lines: 3, from: null, to: null }],
});

/** A watch says so in the record that it writes every 15 s. */
async function reportCoverage(leader: CaseLeader): Promise<void> {
  const time = formatNs(now);
  const record: WatchRecord = {
    ...{ v: RECORD_VERSION, kind: 'watch', id: `watch/${time}/w`, cluster, identity: 'w', from: time, to: time },
    ...{ completeUntil: time, kinds: {}, cases: leader.coverage() ?? null, namespaces: [], final: false },
  };
  const writer = newWriter();
  writer.write({ kind: 'watch', cluster, timestamp: END, line: JSON.stringify(record), metadata: { id: record.id } });
  await writer.close(1000);
}

/** As a reader sees it, who reads case records where there are any. */
async function listed(
  selection: CaseSelection = {},
  filter: CaseFilter = {}
): Promise<{ list: CaseList; cases: CaseSummary[] }> {
  const list = new CaseList(loki);
  const cases: CaseSummary[] = [];
  const window = { from: END - DAY, to: now, recordsTo: now, now };
  for await (const some of list.slices(selection, window, filter)) {
    cases.push(...some);
  }
  return { list, cases };
}
const plain = (cases: readonly CaseSummary[]): CaseSummary[] =>
  sorted(cases).map((one) => caseSummarySchema.parse(JSON.parse(JSON.stringify(one))));

test('the cases that it writes are those that a reader works out', async () => {
  await round();
  const cases = await written();
  expect(cases).toHaveLength(54);
  const summaries = sorted(cases).map((record) => expect.objectContaining({ id: record.id, cluster }));
  expect(sorted(await workedOut()).map(summaryOf)).toEqual(summaries);
  const byId = new Map(cases.map((record) => [record.id, record]));
  for (const one of await workedOut()) {
    expect(byId.get(one.id)).toMatchObject(JSON.parse(JSON.stringify(summaryOf(one))) as object);
  }
});

test('metric queries count each of them once, without parsing', async () => {
  await round();
  expect(await counted()).toEqual({ complete: 54 });
  const causes = await loki.instant(caseCountQuery(caseQuery(cluster, { job: 'hello' }), ['cause'], '48h'), END + HOUR);
  expect(causes.map(({ labels, value }) => [labels.cause, value])).toEqual([['C1', expect.any(Number)]]);
});

test('neither another round nor another leader writes a case twice', async () => {
  await round();
  await lead(async (leader) => {
    await leader.round(signal);
    expect([...leader.statistics.written]).toEqual([]);
    await leader.round(signal);
    expect(leader.coverage()?.to).toBe(formatNs(now - 2n * MINUTE));
  });
  expect(await counted()).toEqual({ complete: 54 });
});

test('what two leaders wrote at the same time counts once', async () => {
  await Promise.all([round(), round()]);
  await round();
  expect(await counted()).toEqual({ complete: 54 });
});

test('a leader that was killed before Loki had all leaves the rest to its successor', async () => {
  const writer = newWriter();
  const killed = new AbortController();
  const leader = new CaseLeader({ loki, writer, cluster, logger, now: () => now });
  const flush = writer.flush.bind(writer);
  writer.flush = async () => {
    killed.abort();
    await flush();
  };
  await expect(leader.round(killed.signal)).rejects.toThrow();
  await writer.close(0);
  await round();
  expect(await counted()).toEqual({ complete: 54 });
});

test('a later record amends a case, and it still counts once', async () => {
  await round();
  const { id } = await amend(1n, partly);
  now += 5n * MINUTE;
  await lead(async (leader) => {
    await leader.round(signal);
    expect(leader.statistics.amended).toBe(1);
  });
  expect(await counted()).toEqual({ complete: 53, partial: 1 });
  const [one] = (await written()).filter((record) => record.id === id);
  expect(one).toMatchObject({ status: 'partial', missingLines: 3, missingBytes: 100 });
  // As it was before: the same text must be there a second time.
  await amend(2n, (record) => record);
  await round();
  expect(await counted()).toEqual({ complete: 54 });
  await amend(3n, partly);
  await round();
  expect(await counted()).toEqual({ complete: 53, partial: 1 });
});

test('a late record, long after its hour, amends it too', async () => {
  await round();
  now += 6n * HOUR;
  await round();
  await amend(1n, partly);
  const hours = await loki.instant(
    `sum by (hour) (count_over_time({service_name="afterlog", record="container", late="true"} [48h]))`,
    now
  );
  expect(hours.map(({ value }) => value)).toEqual([1]);
  await round();
  expect(await counted()).toEqual({ complete: 53, partial: 1 });
});

test('what happened before the first round is worked out step by step', async () => {
  now = END + 8n * HOUR;
  await lead(async (leader) => {
    await leader.round(signal);
    const begun = leader.coverage()?.from ?? '';
    await leader.round(signal);
    expect((leader.coverage()?.from ?? '') < begun).toBe(true);
    await leader.round(signal);
  });
  expect(await counted()).toEqual({ complete: 54 });
});

describe('one of very many containers', () => {
  const hello = recordedRecords().containers.find(({ job }) => job === 'hello');
  const id = hello?.containerId ?? '';

  /** What is asked for while something is looked up: LogQL. */
  async function askedFor(use: (client: QueryClient) => Promise<void>): Promise<string[]> {
    const asked: string[] = [];
    const client = new QueryClient({
      ...connection,
      request(method, path, options) {
        const given = options?.query?.query ?? new URLSearchParams(String(options?.body)).get('query') ?? '';
        asked.push(String(given));
        return connection.request(method, path, options);
      },
    });
    await use(client);
    return asked;
  }
  const ofContainers = (asked: readonly string[]) => asked.filter((query) => query.includes('record="container"'));
  const window = () => ({ from: END - 7n * DAY, to: now, recordsTo: now, now });
  const lookedUp = (name: string) => parseQuestion(name).targets;

  test.each([
    ['its id', id],
    ['the first digits of its id', id.slice(0, 12)],
    ['its pod', hello?.pod ?? ''],
    ['its Job', 'job/hello'],
  ])(
    'is explained by %s as without case records, and its container records are read of its node alone',
    async (_, name) => {
      const targets = lookedUp(name);
      const before = await answersOfTargets(new CaseReader(loki), targets, {}, window());
      await lead(async (leader) => {
        await leader.round(signal);
        await reportCoverage(leader);
      });
      let cases: Case[] = [];
      const asked = await askedFor(async (client) => {
        cases = await answersOfTargets(new CaseReader(client), targets, {}, window());
      });
      expect(before.length).toBeGreaterThan(0);
      const lastingOf = (all: readonly Case[]) =>
        sorted(all).map((one) => ({ ...summaryOf(one), evidence: one.evidence }));
      expect(lastingOf(cases)).toEqual(lastingOf(before));
      if (!name.startsWith('job/')) {
        expect(ofContainers(asked).filter((query) => !query.includes('shard=~'))).toEqual([]);
      }
    }
  );

  test.each([
    ['its id', id],
    ['its pod', hello?.pod ?? ''],
  ])(
    'is looked up by %s as without case records, and its container records are read of its node alone',
    async (_, name) => {
      const scope = { window: { from: END - 7n * DAY, to: now, recordsTo: now, isDefault: false } };
      const question = parseQuestion(name);
      const before = await runPlan(lookupPlan(question, scope), askLoki(loki));
      await lead((leader) => leader.round(signal));
      let found: Lookup | undefined;
      const asked = await askedFor(async (client) => {
        found = await runPlan(lookupPlan(question, scope), askLoki(client));
      });
      const runsIn = (lookup: Lookup | undefined) =>
        lookup?.locations.map(({ runs, isOver, isSeen }) => ({ runs, isOver, isSeen }));
      expect(before.locations).toHaveLength(1);
      expect(runsIn(found)).toEqual(runsIn(before));
      expect(ofContainers(asked).filter((query) => !query.includes('shard=~'))).toEqual([]);
    }
  );
});

describe('a list of cases', () => {
  test('is the same with a watch and without one, and says where its cases come from', async () => {
    const without = await listed();
    expect([...without.list.worked]).toEqual([cluster]);
    await lead(async (leader) => {
      await leader.round(signal);
      await leader.round(signal);
      await leader.round(signal);
      await leader.round(signal);
      await reportCoverage(leader);
    });
    const { list, cases } = await listed();
    expect([...list.worked]).toEqual([]);
    expect(cases).toHaveLength(54);
    expect(plain(cases)).toEqual(plain(without.cases));
  });

  test('works out what happened since the watch last wrote', async () => {
    const without = await listed();
    const end = now;
    now = (parseNs('2026-11-23T23:18:00Z') ?? 0n) + 2n * MINUTE;
    await lead(async (leader) => {
      await leader.round(signal);
      await reportCoverage(leader);
    });
    now = end;
    const recorded = (await written()).length;
    expect(recorded).toBeGreaterThan(30);
    expect(recorded).toBeLessThan(54);
    expect(plain((await listed()).cases)).toEqual(plain(without.cases));
  });

  test.each<[CaseSelection, CaseFilter]>([
    [{ job: 'hello' }, {}],
    [{ namespace: 'job-test' }, { cause: ['C4', 'C9'] }],
    [{ workload: 'tick' }, { status: ['complete'] }],
    [{ node: 'node-a' }, { status: ['lost'] }],
    [{ node: 'elsewhere' }, {}],
  ])('of %j with %j is the same either way', async (selection, filter) => {
    const without = await listed(selection, filter);
    await lead(async (leader) => {
      await leader.round(signal);
      await reportCoverage(leader);
    });
    const { cases, list } = await listed(selection, filter);
    expect(plain(cases)).toEqual(plain(without.cases));
    expect(list.others).toBe(without.list.others);
  });

  test('keeps what was read when it is stopped, and says what is missing', async () => {
    await lead(async (leader) => {
      await leader.round(signal);
      await reportCoverage(leader);
    });
    loki.maxEntries = 10;
    const stop = new AbortController();
    const list = new CaseList(loki, stop.signal, ({ read }) => read > 0 && stop.abort());
    const cases: CaseSummary[] = [];
    const window = { from: END - DAY, to: now, recordsTo: now, now };
    for await (const some of list.slices({}, window)) {
      cases.push(...some);
    }
    expect(cases.length).toBeGreaterThan(0);
    expect(cases.length).toBeLessThan(54);
    const oldest = cases
      .map(({ at, finished }) => parseNs(at ?? finished ?? '') ?? 0n)
      .reduce((a, b) => (a < b ? a : b));
    expect(list.stoppedAt).toBeLessThanOrEqual(oldest);
  });
});
