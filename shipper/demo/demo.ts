import { join } from 'node:path';
import { startStore } from '../../pocket-loki';
import { Agent } from '../agent/agent';
import { defaultAgentConfig, type AgentConfig } from '../config/agent-config';
import { createLogger, type LogLevel } from '../log';
import { connectLoki } from '../loki/connection';
import { QueryClient } from '../loki/query-client';
import { freshDataDir, type DataDir } from './data-dir';
import { expectedLines } from './expected-lines';
import { assertFree, hostPort, type ListenAddress } from './listen';
import { progressView } from './progress';
import { ReplayClock } from './replay/clock';
import { containerIds } from './replay/container-ids';
import { planReplay } from './replay/plan';
import { play } from './replay/play';
import { Recording, type Observation } from './replay/recording';
import { TimeShift } from './replay/shift';
import { checkText, filesOnNode, whatToTry } from './report';
import { checkStore } from './store-check';
import { count, goneText, verdictTable } from './summary';

export interface DemoOptions {
  /** Recorded seconds a real second. */
  speed: number;
  dataDir: string;
  storeListen: ListenAddress;
  agentListen: ListenAddress;
  /** End after the replay instead of serving on. */
  exit: boolean;
  logLevel: LogLevel;
}

interface Recorded {
  observations: Observation[];
  /** Container ids by log path. */
  ids: Map<string, string>;
  /** Bytes of each unpacked log file. */
  sizes: Map<string, number>;
  /** First and last moment, milliseconds since 1970. */
  begin: number;
  end: number;
}

const CLUSTER = 'demo';
const NODE = 'node-a';
/** A replay this late is no longer at its speed; it is said then. */
const LATE_MS = 1_000;

const say = (text: string) => process.stdout.write(`${text}\n`);

/**
 * Replays the recorded node under the real agent with the embedded store, compares the store with the recording and
 * serves on until the signal is aborted.
 * @returns whether the store holds every line of the recording
 * @throws UserError; the signal's reason when it was aborted before the report
 */
export async function runDemo(options: DemoOptions, signal: AbortSignal): Promise<boolean> {
  await assertFree(options.storeListen, '--store.listen');
  await assertFree(options.agentListen, '--agent.listen');
  const dirs = await freshDataDir(options.dataDir);
  const recorded = await load(dirs);
  const store = await startStore({ dir: dirs.store, ...options.storeListen });
  try {
    const clock = new ReplayClock(recorded.begin, recorded.end, options.speed);
    const agent = new Agent(agentConfig(options, dirs, store.url), { logger: createLogger(options.logLevel), clock });
    await agent.start();
    try {
      await replay(recorded, dirs, clock, agent, signal);
      const complete = await report(recorded, dirs, clock, agent, store.url);
      if (!options.exit) {
        say(`\nServing until Ctrl+C. The agent's metrics: http://${hostPort(options.agentListen)}/metrics`);
        await aborted(signal);
      }
      return complete;
    } finally {
      await agent.stop();
    }
  } finally {
    await store.close();
  }
}

async function load(dirs: DataDir): Promise<Recorded> {
  const recording = Recording.find();
  const [observations, podEvents, sizes] = await Promise.all([
    recording.observations(),
    recording.podEvents(),
    recording.unpack(dirs.recording),
  ]);
  const begin = observations[0]?.t ?? 0;
  return { observations, ids: containerIds(podEvents), sizes, begin, end: observations.at(-1)?.t ?? begin };
}

function agentConfig(options: DemoOptions, dirs: DataDir, lokiUrl: string): AgentConfig {
  const config = defaultAgentConfig();
  config.loki = { ...config.loki, url: lokiUrl };
  config.logs.dir = join(dirs.log, 'pods');
  config.containers.dir = join(dirs.log, 'containers');
  config.state.dir = dirs.state;
  config.node.name = NODE;
  config.cluster.name = CLUSTER;
  config.listen = hostPort(options.agentListen);
  return config;
}

/** Plays the recording and waits until the agent has everything acknowledged. */
async function replay(recorded: Recorded, dirs: DataDir, clock: ReplayClock, agent: Agent, signal: AbortSignal) {
  const { begin, end } = recorded;
  const shift = new TimeShift(clock.shiftSeconds);
  const plan = planReplay({ ...recorded, shiftPath: (path) => shift.path(path) });
  const minutes = Math.round((end - begin) / 60_000);
  say(`\n${NODE}, ${new Date(begin).toISOString().slice(0, 10)}: ${minutes} minutes of a node under disk pressure\n`);
  const view = progressView(process.stderr);
  const show = (at: number, bytes: number) => {
    const lines = agent.ledgers().reduce((sum, ledger) => sum + ledger.linesAcked, 0);
    const text = `${clockTime(at)}  ${(bytes / 1e6).toFixed(1)} MB written  ${count(lines)} lines in the store`;
    view.show({ fraction: (at - begin) / (end - begin), text });
  };
  let last = { at: begin, bytes: 0 };
  const ticker = setInterval(() => show(last.at, last.bytes), 250);
  let lateMs = 0;
  try {
    ({ lateMs } = await play(plan, { root: dirs.log, source: dirs.recording, shift }, clock, {
      onProgress: (progress) => (last = progress),
      signal,
    }));
    await Promise.race([agent.settled(), aborted(signal).then(() => signal.throwIfAborted())]);
    show(last.at, last.bytes);
  } finally {
    clearInterval(ticker);
    view.stop();
  }
  if (lateMs > LATE_MS) {
    say(`(The machine was too slow for this speed: the replay was up to ${(lateMs / 1000).toFixed(1)} s late.)`);
  }
}

/** Compares the store with the recording and sums up. */
async function report(recorded: Recorded, dirs: DataDir, clock: ReplayClock, agent: Agent, storeUrl: string) {
  const expected = await expectedLines(dirs.recording, recorded.sizes);
  const connection = connectLoki({ url: storeUrl });
  try {
    const from = BigInt(recorded.begin + clock.shiftSeconds * 1000) * 1_000_000n;
    const check = await checkStore(new QueryClient(connection), expected, { cluster: CLUSTER, from, to: clock.now() });
    const ledgers = agent.ledgers();
    say(`\n${verdictTable(ledgers, await filesOnNode(join(dirs.log, 'pods')))}\n`);
    say(goneText(ledgers));
    say(checkText(check));
    say(`\nTry:\n${whatToTry(ledgers, storeUrl)}`);
    say(`\nGrafana: add a data source of the type Loki with the URL ${storeUrl}`);
    return check.differences.length === 0;
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
