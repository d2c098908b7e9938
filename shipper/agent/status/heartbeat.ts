import { HEARTBEAT_METADATA, RECORD_VERSION, type HeartbeatRecord } from '../../../model/records';
import { formatNs } from '../../../model/time';
import type { OutgoingRecord } from '../../loki/record-writer';

const CHECK_MS = 1_000;
/** The state directory says so often that the agent is watching: by so much its end may be later than is known. */
const ALIVE_MS = 5_000;
/** Nanoseconds, as the clock has it: a replay's runs faster. */
const REPEAT_NS = 300_000_000_000n;
/** What begins and ends all the time is said so often at most. */
const CHANGE_NS = 10_000_000_000n;

export type Observation = Pick<
  HeartbeatRecord,
  | 'logsProblem'
  | 'kubeletLog'
  | 'diskProblem'
  | 'statsProblem'
  | 'containers'
  | 'unackedBytes'
  | 'oldestUnacked'
  | 'lokiProblem'
>;

export interface HeartbeatDeps {
  cluster: string;
  node: string;
  version: string;
  records: { write(record: OutgoingRecord): void };
  /** Keeps until when the agent is known to have watched, RFC 3339. */
  alive: { load(): string | null; save(time: string): void };
  /** Nanoseconds since 1970. */
  now: () => bigint;
  observe: () => Observation;
}

/**
 * Says in Loki that the agent is watching its node, and what of it it can see: at the start, every five minutes, when a
 * problem begins or ends, and at a clean stop. All records of a process have one id, so that the last one tells it all.
 */
export class Heartbeat {
  private readonly from: bigint;
  private readonly previousUntil: string | null;
  private written: { at: bigint; problems: string } | null = null;
  private aliveAt = -Infinity;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly deps: HeartbeatDeps) {
    this.from = deps.now();
    this.previousUntil = deps.alive.load();
  }

  start(): void {
    this.check();
    this.timer = setInterval(() => this.check(), CHECK_MS);
  }

  /** The agent stops watching now. */
  stop(): void {
    clearInterval(this.timer ?? undefined);
    if (this.timer !== null) {
      this.write(this.deps.observe(), true);
      this.deps.alive.save(formatNs(this.deps.now()));
    }
  }

  private check(): void {
    if (performance.now() - this.aliveAt >= ALIVE_MS) {
      this.aliveAt = performance.now();
      this.deps.alive.save(formatNs(this.deps.now()));
    }
    const observed = this.deps.observe();
    const since = this.written === null ? REPEAT_NS : this.deps.now() - this.written.at;
    const isNews = this.written?.problems !== problemsOf(observed) && since >= CHANGE_NS;
    if (since >= REPEAT_NS || isNews) {
      this.write(observed, false);
    }
  }

  private write(observed: Observation, final: boolean): void {
    const { cluster, node, version, records } = this.deps;
    const now = this.deps.now();
    const from = formatNs(this.from);
    const record: HeartbeatRecord = {
      v: RECORD_VERSION,
      kind: 'heartbeat',
      id: `${node}/heartbeat/${from}`,
      cluster,
      node,
      version,
      from,
      to: formatNs(now),
      previousUntil: this.previousUntil,
      ...observed,
      final,
    };
    this.written = { at: now, problems: problemsOf(observed) };
    const metadata = Object.fromEntries(
      Object.entries(HEARTBEAT_METADATA).map(([name, field]) => [name, String(record[field])])
    );
    records.write({ kind: record.kind, cluster, timestamp: now, line: JSON.stringify(record), metadata });
  }
}

/** Which kinds of problem there are: that one begins or ends is news, that its text is another is not. */
function problemsOf({ logsProblem, lokiProblem, kubeletLog, diskProblem, statsProblem }: Observation): string {
  return [logsProblem, lokiProblem, kubeletLog?.problem, diskProblem, statsProblem]
    .map((problem) => (problem ?? null) !== null)
    .join();
}
