import { join } from 'node:path';
import { Agent } from '../agent/agent';
import { type AgentConfig, defaultAgentConfig } from '../config/agent-config';
import { hostPort, type ListenAddress } from '../common/listen';
import type { Logger, LogLevel } from '../common/log';
import { connectLoki, type LokiOptions } from '../loki/connection';
import { QueryClient } from '../loki/query-client';
import { type ClockStretch, recordedStretches } from './agent-down';
import { appPages } from './app-pages';
import { type DataDir, freshDataDir } from './data-dir';
import { type AgentDown, DemoAgent } from './demo-agent';
import { demoLogger } from './demo-log';
import { assertLoopback, type DemoLoki, embeddedLoki, givenLoki } from './demo-loki';
import { DemoWatch } from './demo-watch';
import { expectedLines } from './expected-lines';
import { recordedFilesystem } from './kubelet/stats';
import { assertFree } from './listen';
import { shownOutcome } from './outcome';
import { progressView } from './progress';
import { loadRecorded, type Recorded } from './recorded';
import { type RecordedNode, startRecordedNode } from './recorded-node';
import { ReplayClock, secondMs } from './replay/clock';
import { planReplay } from './replay/plan';
import { play } from './replay/play';
import { TimeShift } from './replay/shift';
import { filesOnNode, outcomeText, whatToTry } from './report';
import { causeTable, count, statusTable } from './summary';

export interface DemoOptions {
  /** Name of a recording in tests/recording. */
  recording: string;
  /** Recorded seconds a real second. */
  speed: number;
  dataDir: string;
  /** A Loki to send to and to ask, or where an embedded store listens. */
  loki: LokiOptions | { storeListen: ListenAddress };
  agentListen: ListenAddress;
  /** The name of the replayed cluster; undefined for `demo`, or the next that is free. */
  clusterName?: string;
  /** When no agent is there, by the recording's clock. */
  agentDown: readonly ClockStretch[];
  /** Whether the agent reads the kubelet's log. */
  kubeletLog: boolean;
  /** End after the replay instead of serving on. */
  exit: boolean;
  /** Of a Grafana with the app. */
  grafanaUrl?: string;
  logLevel: LogLevel;
}

/** One replay and what it runs on. */
interface Stage {
  recorded: Recorded;
  dirs: DataDir;
  clock: ReplayClock;
  loki: DemoLoki;
  options: DemoOptions;
  logger: Logger;
}

/** A replay with this delay is no longer at its speed; it is said then. */
const LATE_MS = 1_000;
/** So long the clock goes on at its speed after the recording: within a minute the watch reports what ended. */
const AFTERMATH_MS = 75_000;

const say = (text: string) => process.stdout.write(`${text}\n`);

/**
 * Replays the recorded node under the real agent and watch with an embedded store or a Loki, holds what is in it
 * against the recording and serves on until the signal is aborted.
 * @returns whether the store holds every line of the recording but those that a case says are missing
 * @throws UserError; the signal's reason when it was aborted before the report
 */
export async function runDemo(options: DemoOptions, signal: AbortSignal): Promise<boolean> {
  if ('storeListen' in options.loki) {
    assertLoopback(options.loki.storeListen);
    await assertFree(options.loki.storeListen, '--store.listen');
  }
  await assertFree(options.agentListen, '--agent.listen');
  const dirs = await freshDataDir(options.dataDir);
  const recorded = await loadRecorded(options.recording, dirs.recording);
  const downs = recordedStretches(options.agentDown, recorded);
  const loki = await openLoki(options, dirs, signal);
  const clock = new ReplayClock(recorded.begin, recorded.end + AFTERMATH_MS, options.speed);
  const logger = demoLogger(options.logLevel, process.stderr.isTTY);
  const stage = { recorded, dirs, clock, loki, options, logger };
  try {
    const node = await startRecordedNode(recorded, dirs, clock, options.speed);
    try {
      return await runPrograms(stage, node, downs, signal);
    } finally {
      await node.close();
    }
  } finally {
    await loki.close();
  }
}

function openLoki({ loki, clusterName }: DemoOptions, dirs: DataDir, signal: AbortSignal): Promise<DemoLoki> {
  return 'storeListen' in loki
    ? embeddedLoki(dirs.store, loki.storeListen, clusterName)
    : givenLoki(loki, clusterName, signal, (why) => say(`waiting for Loki: ${why}`));
}

/** The agent and the watch, from before the replay until the end of the demo. */
async function runPrograms(
  stage: Stage,
  node: RecordedNode,
  downs: readonly AgentDown[],
  signal: AbortSignal
): Promise<boolean> {
  const { clock, loki, options, logger, recorded } = stage;
  const { speed } = options;
  const filesystem = recordedFilesystem(recorded.kubelet.samples, () => clock.recorded());
  const config = agentConfig(stage, node);
  const agent = new DemoAgent(
    () => new Agent(config, { logger: logger.child({ program: 'agent' }), clock, filesystem })
  );
  const watch = new DemoWatch({ node, loki, clock, speed, logger: logger.child({ program: 'watch' }) });
  try {
    await agent.start();
    await replay(stage, agent, watch, downs, signal);
    const complete = await report(stage, agent, signal);
    if (!options.exit) {
      await serve(stage, node, signal);
    }
    return complete;
  } finally {
    await Promise.all([agent.stop(), watch.stop()]);
  }
}

/** Leaves everything to look at until the signal is aborted. */
async function serve({ options }: Stage, node: RecordedNode, signal: AbortSignal): Promise<void> {
  say(`\nServing until Ctrl+C. The agent's metrics: http://${hostPort(options.agentListen)}/metrics`);
  say(`The recorded API server: ${node.apiServer.url}, its kubelet: ${node.kubelet.url}`);
  await aborted(signal);
}

/** The agent's own configuration; what it does every so often it does as often a recorded second. */
function agentConfig({ recorded, dirs, loki, options }: Stage, node: RecordedNode): AgentConfig {
  const config = defaultAgentConfig();
  config.loki = loki.options;
  config.logs.dir = join(dirs.log, 'pods');
  config.containers.dir = join(dirs.log, 'containers');
  config.state.dir = dirs.state;
  config.node.name = recorded.node;
  config.cluster.name = loki.cluster;
  config.listen = hostPort(options.agentListen);
  config.kubelet.url = node.kubelet.url;
  config.kubelet.log = options.kubeletLog ? node.kubeletLog : '';
  config.batch.wait = secondMs(options.speed);
  config.disk.interval = secondMs(options.speed);
  return config;
}

/** Plays the recording and waits until agent and watch have everything acknowledged. */
async function replay(
  { recorded, dirs, clock }: Stage,
  agent: DemoAgent,
  watch: DemoWatch,
  downs: readonly AgentDown[],
  signal: AbortSignal
): Promise<void> {
  const { begin, end } = recorded;
  const shift = new TimeShift(clock.shiftSeconds);
  const plan = planReplay({ ...recorded, shiftPath: (path) => shift.path(path) });
  const minutes = Math.round((end - begin) / 60_000);
  say(
    `\n${recorded.node}, ${new Date(begin).toISOString().slice(0, 10)}: ${minutes} minutes of a node under disk pressure`
  );
  downs.forEach(({ from, to }) =>
    say(`without an agent from ${clockTime(from)} to ${clockTime(to)}, so that there is something lost to explain`)
  );
  say('');
  const view = progressView(process.stderr);
  let bytes = 0;
  const show = () => {
    const at = Math.min(clock.recorded(), end);
    const lines = agent.containerRecords().reduce((sum, containerRecord) => sum + containerRecord.linesAcked, 0);
    const text = `${clockTime(at)}  ${(bytes / 1e6).toFixed(1)} MB written  ${count(lines)} lines in the store`;
    view.show({ fraction: (at - begin) / (end - begin), text });
  };
  const ticker = setInterval(show, 250);
  try {
    await play(plan, { root: dirs.log, source: dirs.recording, shift }, clock, {
      end: end + AFTERMATH_MS,
      interludes: agent.away(downs),
      onProgress: (progress) => (bytes = progress.bytes),
      signal,
    });
    const settled = Promise.all([agent.settled(), watch.settled()]).then(() => watch.workCasesOut());
    await Promise.race([settled, aborted(signal).then(() => signal.throwIfAborted())]);
    show();
  } finally {
    clearInterval(ticker);
    view.stop();
  }
  if (clock.delayedMs > LATE_MS) {
    say(`(The machine was too slow for this speed: the replay took ${(clock.delayedMs / 1000).toFixed(1)} s longer.)`);
  }
}

/** Holds the store against the recording and sums up. */
async function report(
  { recorded, dirs, clock, loki, options }: Stage,
  agent: DemoAgent,
  signal: AbortSignal
): Promise<boolean> {
  const expected = await expectedLines(dirs.recording, recorded.sizes);
  const connection = connectLoki(loki.options);
  try {
    const from = BigInt(recorded.begin + clock.shiftSeconds * 1000) * 1_000_000n;
    const containerRecords = agent.containerRecords();
    const span = { cluster: loki.cluster, from, to: clock.now() };
    const outcome = await shownOutcome(new QueryClient(connection), expected, containerRecords, span, signal);
    const neverSeen = outcome.cases.filter(({ seen }) => !seen);
    say(`\n${statusTable(containerRecords, neverSeen, await filesOnNode(join(dirs.log, 'pods')))}\n`);
    say(`${causeTable(outcome.cases)}\n`);
    say(outcomeText(outcome));
    say(`\nTry:\n${whatToTry(containerRecords, outcome.cases, loki)}`);
    if (options.grafanaUrl === undefined) {
      say(`\nGrafana: add a data source of the type Loki with the URL ${connection.url}`);
    } else {
      const shown = { from: Number(from / 1_000_000n), to: Number(clock.now() / 1_000_000n) };
      say(`\nLook:\n${appPages(options.grafanaUrl, shown, outcome.cases)}`);
    }
    return outcome.unnamed.length === 0;
  } finally {
    await connection.close();
  }
}

/** `23:15:38`, the recorded time. */
function clockTime(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
