import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { promisify } from 'node:util';
import * as z from 'zod';
import { summaryOf } from '../../model/case-records';
import type { Case } from '../../model/cases';
import { parseQuestion } from '../../model/lookup';
import { CaseLeader } from '../../shipper/cases/case-leader';
import { CaseList } from '../../shipper/cases/case-list';
import { createLogger } from '../../shipper/common/log';
import { CaseReader } from '../../shipper/lookup/case-reader';
import type { CaseWindow } from '../../shipper/lookup/case-window';
import { runLookup } from '../../shipper/lookup/run';
import { answersOfTargets } from '../../shipper/lookup/target-cases';
import { timesIn } from '../../shipper/lookup/times';
import { timeWindow } from '../../shipper/lookup/time-window';
import { connectLoki, type LokiConnection } from '../../shipper/loki/connection';
import { QueryClient } from '../../shipper/loki/query-client';
import { RecordWriter } from '../../shipper/loki/record-writer';
import { readCases, recordedPart } from '../../src/data/case-records';
import { findRuns } from '../../src/data/find-runs';
import { LokiSource } from '../../src/data/loki-source';
import { caseOfRun, caseOfSummary, readAnswer, recordsOfLines } from '../../src/data/records';
import { RecordCache } from '../../src/data/record-cache';
import { RecordsLoader } from '../../src/data/records-loader';
import { LokiDataSource } from '../plugin/loki-data-source';

/*
 * Everything that answers is asked about every container of a recording whose log was removed: `afterlog cases` with and
 * without evidence, `explain` and `logs`; the timeline's and the panel's records, the page of lost logs, a case's drawer
 * and the look-up page. All say the same status, cause and confidence.
 */

/** A replay takes as long as the machine needs for it: this only ends one that hangs. */
const PATIENCE_MS = 600_000;
const program = join(__dirname, '../../build/afterlog.js');
const HOUR_MS = 3_600_000;
const logger = createLogger('error');
const truthSchema = z.object({
  ...{ uid: z.string(), container: z.string(), restart: z.number(), cause: z.string().nullable() },
});
const accountSchema = z.object({ status: z.string(), cause: z.string(), confidence: z.string() });

type Verdict = Pick<Case, 'status' | 'cause' | 'confidence'>;
const verdictOf = ({ status, cause, confidence }: Verdict): string => `${status} ${cause} ${confidence}`;
const byId = (cases: ReadonlyArray<Verdict & { id: string }>) =>
  Object.fromEntries(cases.map((one) => [one.id, verdictOf(one)]));

/** Some at once. */
async function each<T>(all: readonly T[], use: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values();
  const work = async () => {
    for (const one of rest) {
      await use(one);
    }
  };
  await Promise.all(Array.from({ length: 4 }, work));
}

/** The cases of each pod. */
function podsOf(cases: readonly Case[]): Array<[Case, ...Case[]]> {
  const pods = new Map<string, [Case, ...Case[]]>();
  for (const one of cases) {
    const own = pods.get(one.podUid);
    own === undefined ? pods.set(one.podUid, [one]) : own.push(one);
  }
  return [...pods.values()];
}

describe.each([
  ['disk-pressure', 54],
  ['disk-pressure-1.36', 121],
])('of every container of the recording %s', (recording, count) => {
  let loki: LokiDataSource;
  let connection: LokiConnection;
  let client: QueryClient;
  let dir: string;
  let window: CaseWindow;
  let span: { from: number; to: number };
  let cases: Case[];
  let expected: Record<string, string>;
  const source = new LokiSource('loki');
  const { signal } = new AbortController();

  beforeAll(async () => {
    loki = await LokiDataSource.start();
    dir = await mkdtemp(join(tmpdir(), 'afterlog-same-'));
    const flags = ['--recording', recording, '--speed', '100', '--exit', '--agent.listen', '127.0.0.1:0'];
    const demo = ['demo', '--data.dir', join(dir, 'demo'), '--loki.url', loki.url, ...flags];
    await promisify(execFile)(process.execPath, [program, ...demo], { maxBuffer: 64 * 1024 * 1024 });
    connection = connectLoki({ url: loki.url });
    client = new QueryClient(connection);
    // The demo's watch ended with the agent, whose last words came after its last round: another leader works them in.
    const writer = new RecordWriter(connection, { logger });
    const clock = () => BigInt(Date.now()) * 1_000_000n;
    await new CaseLeader({ loki: client, writer, cluster: 'demo', logger, now: clock }).round(signal);
    await writer.close(10_000);
    const now = Date.now();
    span = { from: now - 12 * HOUR_MS, to: now };
    const ns = (ms: number) => BigInt(ms) * 1_000_000n;
    window = { from: ns(span.from), to: ns(now), recordsTo: ns(now), now: ns(now) };
    cases = await new CaseReader(client).cases({}, window);
    expected = byId(cases);
  }, PATIENCE_MS);
  afterAll(async () => {
    await connection.close();
    await loki.close();
    await rm(dir, { recursive: true, force: true });
  });

  test('there is a case where its log was removed', () => {
    expect(cases).toHaveLength(count);
  });

  test('the cause is the one that is known, where the recording tells it', () => {
    const file = join(__dirname, '../recording', recording, 'ground-truth.jsonl');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
    const truth = lines.map((line) => truthSchema.parse(JSON.parse(line))).filter(({ cause }) => cause !== null);
    const causes = Object.fromEntries(cases.map(({ id, cause }) => [id, cause]));
    expect(truth.map(({ uid, container, restart }) => causes[`${uid}/${container}/${restart}`])).toEqual(
      truth.map(({ cause }) => cause)
    );
    expect(truth).toHaveLength(recording === 'disk-pressure-1.36' ? count : 0);
  });

  test('`cases` without evidence says the same', async () => {
    const listed = [];
    for await (const some of new CaseList(client).slices({}, window)) {
      listed.push(...some);
    }
    expect(byId(listed)).toEqual(expected);
  });

  test(
    '`explain` says the same',
    async () => {
      const answered: Case[] = [];
      await each(podsOf(cases), async ([{ namespace, pod }]) => {
        const target = { kind: 'pod', name: pod, namespace } as const;
        answered.push(...(await answersOfTargets(new CaseReader(client), [target], {}, window)));
      });
      expect(byId(answered)).toEqual(expected);
    },
    PATIENCE_MS
  );

  test(
    '`logs` says the same',
    async () => {
      const answered: Record<string, string> = {};
      const asked = timeWindow({}, BigInt(span.to) * 1_000_000n);
      await each(cases, async ({ id, namespace, pod, container, restart }) => {
        let text = '';
        await runLookup({
          ...{ client, question: parseQuestion(pod), times: timesIn('UTC'), format: 'jsonl', tail: 1, signal },
          ...{ timestamps: false, allNamespaces: false, prefix: false, color: false, escape: false },
          ...{ follow: false, quiet: false, stdout: new PassThrough().resume() },
          wanted: { namespace, container, restart, window: asked },
          stderr: { write: (more) => (text += more) },
        });
        const { status, cause, confidence } = accountSchema.parse(JSON.parse(text));
        answered[id] = `${status} ${cause} ${confidence}`;
      });
      expect(answered).toEqual(expected);
    },
    PATIENCE_MS
  );

  test(
    'the records of timeline and panel say the same',
    async () => {
      const loader = new RecordsLoader(source, new RecordCache());
      const done = new Promise<void>((resolve) => {
        loader.subscribe(() => loader.current().status !== 'loading' && resolve());
      });
      loader.load(span);
      await done;
      expect(loader.current().error).toBeUndefined();
      expect(byId(loader.current().cases)).toEqual(expected);
    },
    PATIENCE_MS
  );

  test('a panel that asks for all records itself says the same', async () => {
    const lines = await source.newest('{service_name="afterlog"}', span, 5000, signal);
    expect(lines.length).toBeLessThan(5000);
    expect(byId(recordsOfLines(lines).cases)).toEqual(expected);
  });

  test(
    'the page of lost logs and the drawer of each case say the same',
    async () => {
      const { span: recorded } = await recordedPart(source, span, [], signal);
      const until = recorded?.to ?? span.from;
      const query = { cluster: [], metadata: {}, pipeline: '', status: [] };
      const read = await readCases(source, { from: span.from, to: until }, query, 10_000, signal);
      expect(read.isAll).toBe(true);
      // What is newer the page works out, as the timeline does.
      const older = cases.filter(({ at, finished }) => Date.parse(at ?? finished ?? '') < until);
      expect(older.length).toBeGreaterThan(count / 2);
      expect(byId(read.cases)).toEqual(byId(older));
      const opened: Array<Case | undefined> = [];
      await each(cases, async (one) => {
        opened.push(await readAnswer(source, caseOfSummary(summaryOf(one), span.to), signal));
      });
      expect(byId(opened.flatMap((one) => one ?? []))).toEqual(expected);
    },
    PATIENCE_MS
  );

  test(
    'the look-up page says the same',
    async () => {
      const answered: Case[] = [];
      await each(podsOf(cases), async ([{ namespace, pod }]) => {
        const { runs } = await findRuns(source, parseQuestion(`${namespace}/${pod}`), span, signal);
        for (const run of runs) {
          const of = caseOfRun(run);
          const one = of && (await readAnswer(source, of, signal));
          // The page tells of logs that are on their node, too: those are no cases.
          answered.push(...(one?.place === 'removed' ? [one] : []));
        }
      });
      expect(byId(answered)).toEqual(expected);
    },
    PATIENCE_MS
  );
});
