import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { containerRecordSchema, type ContainerRecord } from '../../model/records';
import { startStore } from '../../pocket-loki';
import { connectLoki } from '../../shipper/loki/connection';
import { pages } from '../../shipper/loki/pages';
import { QueryClient } from '../../shipper/loki/query-client';
import type { Entry } from '../../shipper/loki/query-answer';
import { AgentUnderTest, mountSmallDisk, unmount, type Sample } from './agent-under-test';
import { Gateway, type PassedEntry } from './gateway';
import { RuntimeContainer } from './runtime';
import type { Action, WorldScript } from './script';
import { textsOf } from './texts';
import { RACE_MS, runId, type Presence, type RunTruth, type Unit } from './truth';

/** A container record as it came in, whether Loki got it or not. */
export interface SeenRecord {
  at: number;
  record: ContainerRecord;
}

/** All that is known after a world was played: the truth, and what agent and Loki made of it. */
export interface Outcome {
  script: WorldScript;
  runs: RunTruth[];
  presence: Presence;
  /** Log entries in Loki, in the order of their times. */
  entries: Entry[];
  /** Container records in Loki, in the order of their times, … */
  records: ContainerRecord[];
  /** … and all that were sent, in the order of their coming. */
  seenRecords: SeenRecord[];
  samples: Sample[];
  /** Asked for /metrics while the agent should have answered, and no answer, in a row. */
  mostMute: number;
  requests: number;
  mostRequestsAtOnce: number;
  /** From here on everything worked. */
  calmAt: number;
  /** What the agent had left to do at the end. */
  unsettled: string[];
  unexpectedEnds: readonly string[];
  agentLog: string;
  tookMs: number;
  /** How long this process got no turn at most: on a busy machine the agent got none for as long. */
  latestMs: number;
}

const SAMPLE_MS = 200;
const SAMPLE_TIMEOUT_MS = 5_000;
const SETTLE_MS = 20_000;
const DAY_NS = 86_400_000_000_000n;
const STATE_DISK = '256k';

/** Flags that make an agent quick enough for a world of some seconds. */
const PACE: Readonly<Record<string, string>> = {
  'batch.wait': '50ms',
  'push.backoff-min': '20ms',
  'push.backoff-max': '300ms',
  'push.timeout': '3s',
  'shutdown.timeout': '1s',
};

/**
 * Plays a script.
 * @param command what runs the agent, before its arguments
 * @param onStage is told what comes next: whoever waits for too long knows for what
 */
export async function play(
  script: WorldScript,
  command: readonly string[],
  onStage: (stage: string) => void
): Promise<Outcome> {
  const begin = Date.now();
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-world-'));
  const node = { logs: join(dir, 'pods'), links: join(dir, 'links'), docker: join(dir, 'docker') };
  Object.values(node).forEach((path) => mkdirSync(path));
  const disk = join(dir, 'disk');
  const onSmallDisk = script.actions.some((action) => action.do === 'disk-full') && mountSmallDisk(disk, STATE_DISK);
  // In memory: the store syncs each push, and many worlds on one disk would measure that disk.
  const storeDir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : dir, 'afterlog-world-store-'));
  const store = await startStore({ dir: storeDir, port: 0, limits: script.lokiLimits });
  const containers = new Map(
    script.containers.map((plan) => [plan.name, new RuntimeContainer(plan, node, `w${script.seed}`)])
  );
  const truths = () => [...containers.values()].flatMap((container) => container.truths);
  const book = new Book(truths);
  const gateway = await Gateway.open(store.url, script.seed, {
    answered: (entries) => book.answered(entries),
    seen: (entries) => book.seen(entries),
  });
  const agent = new AgentUnderTest({
    command,
    url: gateway.url,
    ...node,
    stateParent: onSmallDisk ? disk : dir,
    keptParent: dir,
    flags: { ...PACE, ...script.agentFlags },
  });
  const sampler = new Sampler(agent);
  const delays = monitorEventLoopDelay();
  delays.enable();
  try {
    await agent.inTurn(() => agent.start());
    sampler.start();
    onStage('playing');
    await perform(script, { containers, agent, gateway, onSmallDisk });
    let calmAt = Infinity;
    await agent.inTurn(async () => {
      calmAt = Date.now();
      agent.freeDisk();
      gateway.calm();
      agent.resume();
      await agent.start();
    });
    onStage('settling');
    const unsettled = await settle(agent, sampler, truths, book);
    sampler.stop();
    onStage('ending the agent');
    await agent.inTurn(() => agent.end('SIGTERM'));
    containers.forEach((container) => container.stop());
    onStage('reading the store');
    const { entries, records } = await readStore(store.url);
    return {
      script,
      runs: truths(),
      presence: agent.presence,
      entries,
      records,
      seenRecords: book.records,
      samples: sampler.samples,
      mostMute: sampler.mostMute,
      requests: gateway.requests,
      mostRequestsAtOnce: gateway.mostAtOnce,
      calmAt,
      unsettled,
      unexpectedEnds: agent.unexpectedEnds,
      agentLog: agent.log,
      tookMs: Date.now() - begin,
      latestMs: delays.max / 1e6,
    };
  } finally {
    sampler.stop();
    delays.disable();
    await agent.inTurn(() => agent.end('SIGKILL'));
    containers.forEach((container) => container.stop());
    onStage('closing the gateway');
    await gateway.close();
    onStage('closing the store');
    await store.close();
    if (onSmallDisk) {
      unmount(disk);
    }
    rmSync(dir, { recursive: true, force: true });
    rmSync(storeDir, { recursive: true, force: true });
  }
}

interface Stage {
  containers: ReadonlyMap<string, RuntimeContainer>;
  agent: AgentUnderTest;
  gateway: Gateway;
  onSmallDisk: boolean;
}

async function perform(script: WorldScript, stage: Stage): Promise<void> {
  const begin = Date.now();
  const timers: NodeJS.Timeout[] = [];
  for (const action of [...script.actions].sort((a, b) => a.at - b.at)) {
    await wait(Math.max(0, begin + action.at - Date.now()));
    step(action, stage, (ms, then) => timers.push(setTimeout(then, ms)));
  }
  await wait(Math.max(0, begin + script.lengthMs - Date.now()));
  timers.forEach((timer) => clearTimeout(timer));
}

function step(action: Action, stage: Stage, later: (ms: number, then: () => void) => void): void {
  const { agent, gateway } = stage;
  switch (action.do) {
    case 'agent-kill':
      void agent.inTurn(() => agent.end('SIGKILL'));
      return;
    case 'agent-end':
      void agent.inTurn(() => agent.end('SIGTERM'));
      return;
    case 'agent-start':
      void agent.inTurn(() => agent.start());
      return;
    case 'state-keep':
      void agent.inTurn(() => agent.keepState());
      return;
    case 'state-restore':
      void agent.inTurn(() => agent.restoreState());
      return;
    case 'agent-pause':
      void agent.inTurn(() => agent.pause());
      return;
    case 'agent-resume':
      void agent.inTurn(() => agent.resume());
      return;
    case 'gateway':
      gateway.begin(action);
      later(action.untilMs - action.at, () => gateway.end(action));
      return;
    case 'disk-full':
      if (stage.onSmallDisk) {
        agent.fillDisk();
        later(action.untilMs - action.at, () => agent.freeDisk());
      }
      return;
    default:
      stage.containers.get(action.container)?.apply(action);
  }
}

/** Waits until the agent has nothing left to do: no byte, no record, and a last word on each log that left. */
async function settle(
  { presence }: AgentUnderTest,
  sampler: Sampler,
  truths: () => RunTruth[],
  book: Book
): Promise<string[]> {
  const begin = Date.now();
  for (;;) {
    await wait(100);
    const sample = sampler.samples.at(-1);
    const fresh = sample !== undefined && sample.askedAt > begin;
    const left = [
      ...(fresh && sample.unacknowledgedBytes > 0 ? [`${sample.unacknowledgedBytes} bytes unacknowledged`] : []),
      ...(fresh && sample.recordsPending > 0 ? [`${sample.recordsPending} records pending`] : []),
      ...owing(truths(), presence)
        .filter((run) => !book.hasLastWord(run))
        .map((run) => `no final record of ${runId(run)}`),
    ];
    if ((fresh && left.length === 0) || Date.now() > begin + SETTLE_MS) {
      return fresh ? left : ['/metrics is mute'];
    }
  }
}

/** Runs whose log left for good, and that an agent had the time to see. */
function owing(runs: readonly RunTruth[], presence: Presence): RunTruth[] {
  const newest = new Map(runs.map((run) => [runId(run), run]));
  return [...newest.values()].filter(
    (run) => run.leftAt !== null && presence.between(run.startedAt, run.leftAt) >= RACE_MS && !presence.isForgotten(run)
  );
}

async function readStore(url: string): Promise<{ entries: Entry[]; records: ContainerRecord[] }> {
  const connection = connectLoki({ url });
  const client = new QueryClient(connection);
  const now = BigInt(Date.now()) * 1_000_000n;
  const all = async (query: string) => {
    const entries: Entry[] = [];
    const range = { query, from: now - 9n * DAY_NS, to: now + 3n * DAY_NS };
    for await (const page of pages(client, range, 'forward', { sliceNs: 20n * DAY_NS })) {
      entries.push(...page);
    }
    return entries;
  };
  try {
    const entries = await all('{namespace="world"}');
    const records = await all('{service_name="afterlog", record="container"}');
    return { entries, records: records.map(({ line }) => containerRecordSchema.parse(JSON.parse(line))) };
  } finally {
    await connection.close();
  }
}

/** What came through the gateway. */
class Book {
  readonly records: SeenRecord[] = [];
  private readonly final = new Map<string, number>();
  /** Units that wait for their acknowledgement, by run and text. */
  private readonly waiting = new Map<string, Map<string, Unit[]>>();
  private readonly taken = new Map<RunTruth, number>();
  /** What came of units that are not whole yet, by run and stream. */
  private readonly begun = new Map<string, string>();

  constructor(private readonly truths: () => RunTruth[]) {}

  seen(entries: readonly PassedEntry[]): void {
    for (const { labels, line } of entries) {
      if (labels.record === 'container') {
        const record = containerRecordSchema.parse(JSON.parse(line));
        this.records.push({ at: Date.now(), record });
      }
    }
  }

  answered(entries: readonly PassedEntry[]): void {
    const now = Date.now();
    this.takeNew();
    for (const { labels, metadata, line } of entries) {
      if (labels.record === 'container') {
        const { id, final } = containerRecordSchema.parse(JSON.parse(line));
        if (final) {
          this.final.set(id, now);
        }
      } else {
        const key = `${metadata.pod}/${metadata.restart}`;
        const units = this.waiting.get(key);
        // A line longer than Loki takes comes in several entries.
        const stream = `${key}/${metadata.stream}`;
        const content = (this.begun.get(stream) ?? '') + line;
        this.begun.set(stream, metadata.continues !== undefined ? content.slice(content.lastIndexOf('<')) : '');
        for (const text of textsOf(content)) {
          const unit = units?.get(text)?.shift();
          if (unit) {
            unit.ackedAt = now;
          }
        }
      }
    }
  }

  /** A final record came after the log had left. */
  hasLastWord(run: RunTruth): boolean {
    return (this.final.get(runId(run)) ?? 0) >= (run.leftAt ?? Infinity);
  }

  private takeNew(): void {
    for (const run of this.truths()) {
      const key = `${run.pod}/${run.restart}`;
      const units = this.waiting.get(key) ?? new Map<string, Unit[]>();
      this.waiting.set(key, units);
      for (const unit of run.units.slice(this.taken.get(run) ?? 0)) {
        units.set(unit.text, [...(units.get(unit.text) ?? []), unit]);
      }
      this.taken.set(run, run.units.length);
    }
  }
}

/** Asks the agent again and again what it shows. */
class Sampler {
  readonly samples: Sample[] = [];
  mostMute = 0;
  private mute = 0;
  private stopped = false;

  constructor(private readonly agent: AgentUnderTest) {}

  start(): void {
    void this.run();
  }

  stop(): void {
    this.stopped = true;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const asked = this.agent.presence.ends.length;
      const begin = Date.now();
      const sample = await this.agent.sample(SAMPLE_TIMEOUT_MS);
      const wasThere = this.agent.presence.between(begin, Date.now()) >= SAMPLE_TIMEOUT_MS * 0.9;
      if (sample) {
        this.samples.push(sample);
        this.mute = 0;
      } else if (wasThere && asked === this.agent.presence.ends.length) {
        this.mostMute = Math.max(this.mostMute, ++this.mute);
      }
      await wait(SAMPLE_MS);
    }
  }
}
