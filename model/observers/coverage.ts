import { ms } from '../cases/moment';
import type { HeartbeatRecord, LogStatus, Thresholds, ThresholdsRecord, WatchRecord } from '../records';
import { lifeOf, newestByNode, type ObserverRange, type ObserverRecords, hasStopped, isWatchSilent } from './observers';

/** What keeps a node from being observed, the worst first. */
export const COVERAGE_PROBLEMS = [
  /** Its agent has stopped reporting. */
  'silent',
  /** The API server knows the node, and no agent has reported from it. */
  'absent',
  /** The agent cannot read the logs. */
  'logs-unreadable',
  /** Loki does not acknowledge what the agent sends. */
  'not-delivered',
  'kubelet-log-unreadable',
  'disk-unreadable',
  'statistics-unreadable',
  /** The kubelet could not be asked for its thresholds. */
  'thresholds-assumed',
  /** They are other than on most nodes of the cluster. */
  'thresholds-differ',
] as const;
export type CoverageProblem = (typeof COVERAGE_PROBLEMS)[number];

/** With one of these, logs that are removed now may be lost, and nobody would know. */
export const isUnobserved = (problem: CoverageProblem): boolean =>
  ['silent', 'absent', 'logs-unreadable'].includes(problem);

/** A setting of a kubelet, in the names of KubeletConfiguration, such as `evictionHard.nodefs.available`. */
export interface Deviation {
  setting: string;
  /** null where the node has no such threshold. */
  value: string | null;
  /** On more than half of the nodes of the cluster. */
  usual: string | null;
}

/** What is observed of a node, as of the end of a time range. */
export interface NodeCoverage {
  cluster: string;
  node: string;
  /** The worst first; empty where all is observed. */
  problems: readonly CoverageProblem[];
  /** Since when the agent has reported without a break, or has been silent, RFC 3339; null where that is not known. */
  since: string | null;
  /** The last heartbeat; null where none was read. */
  beat: HeartbeatRecord | null;
  /** Age of the oldest line that Loki had not acknowledged when the agent reported, milliseconds; 0 where it had all. */
  lagMs: number | null;
  /** null where none were reported. */
  thresholds: Thresholds | null;
  deviations: readonly Deviation[];
  /** Cases of the time range by the status of their log. */
  logs: Readonly<Partial<Record<LogStatus, number>>>;
}

/** What is observed of a cluster from its API server. */
export interface ClusterCoverage {
  cluster: string;
  nodes: number;
  /** Nodes with a problem of `isUnobserved`. */
  unobserved: number;
  /** null where no watch has ever reported. */
  watch: { isSilent: boolean; record: WatchRecord } | null;
  logs: Readonly<Partial<Record<LogStatus, number>>>;
}

export interface Coverage {
  /** The worst first. */
  nodes: readonly NodeCoverage[];
  clusters: readonly ClusterCoverage[];
}

/** Cases of a node by the status of their log. */
export interface StatusTally {
  cluster: string;
  node: string;
  status: LogStatus;
  count: number;
}

/** What was read to find that out, besides what tells who was observing. */
export interface CoverageRecords extends ObserverRecords {
  /** In any order. */
  thresholds: readonly ThresholdsRecord[];
  tallies: readonly StatusTally[];
}

/** What is observed of each node and cluster, from what agents and watches wrote. Pure. */
export function coverageOf(records: CoverageRecords, { from, end }: ObserverRange): Coverage {
  const processes = newestByNode(records.beats);
  const states = new Map(records.nodes.map((state) => [keyOf(state), state]));
  const thresholds = newestThresholds(records.thresholds);
  const usual = usualSettings([...thresholds.values()]);
  const logs = logsBy(records.tallies, keyOf);
  const named = new Map(
    [...records.nodes, ...(records.counted ?? []), ...[...processes.values()].flatMap(([beat]) => beat ?? [])].map(
      ({ cluster, node }) => [keyOf({ cluster, node }), { cluster, node }]
    )
  );
  const counted = new Set((records.counted ?? []).map(keyOf));
  const nodes: NodeCoverage[] = [];
  for (const [key, { cluster, node }] of named) {
    const state = states.get(key);
    const own = processes.get(key) ?? [];
    const [beat] = own;
    const isGone = (ms(state?.removed) ?? Infinity) <= end || (ms(state?.created) ?? 0) >= end;
    if (isGone || (state === undefined && beat !== undefined && (ms(beat.to) ?? 0) < from)) {
      continue;
    }
    const known = thresholds.get(key) ?? null;
    const deviations = known?.source === 'configz' ? deviationsOf(known, usual.get(cluster) ?? new Map()) : [];
    const problems = problemsOf(beat, { isCounted: counted.has(key), end, known, deviations });
    const isSilent = problems[0] === 'silent';
    nodes.push({
      ...{ cluster, node, problems, beat: beat ?? null, thresholds: known, deviations },
      since: beat === undefined ? null : isSilent ? beat.to : new Date(lifeOf(own, from).since).toISOString(),
      lagMs:
        beat === undefined
          ? null
          : beat.oldestUnacked === null
            ? 0
            : (ms(beat.to) ?? end) - (ms(beat.oldestUnacked) ?? end),
      logs: logs.get(key) ?? {},
    });
  }
  return { nodes: nodes.sort(worstFirst), clusters: clustersOf(nodes, records, end) };
}

function problemsOf(
  beat: HeartbeatRecord | undefined,
  {
    isCounted,
    end,
    known,
    deviations,
  }: { isCounted: boolean; end: number; known: Thresholds | null; deviations: readonly Deviation[] }
): CoverageProblem[] {
  if (beat === undefined || hasStopped(beat, end)) {
    return [beat === undefined && !isCounted ? 'absent' : 'silent'];
  }
  const has: Partial<Record<CoverageProblem, boolean>> = {
    'logs-unreadable': beat.logsProblem !== null,
    'not-delivered': beat.lokiProblem !== null,
    'kubelet-log-unreadable': (beat.kubeletLog?.problem ?? null) !== null,
    'disk-unreadable': (beat.diskProblem ?? null) !== null,
    'statistics-unreadable': (beat.statsProblem ?? null) !== null,
    'thresholds-assumed': known?.source === 'assumed',
    'thresholds-differ': deviations.length > 0,
  };
  return COVERAGE_PROBLEMS.filter((problem) => has[problem] === true);
}

const rankOf = ({ problems: [worst] }: NodeCoverage) =>
  worst === undefined ? COVERAGE_PROBLEMS.length : COVERAGE_PROBLEMS.indexOf(worst);
const lackingOf = ({ logs }: NodeCoverage) => (logs.lost ?? 0) + (logs.partial ?? 0);

function worstFirst(a: NodeCoverage, b: NodeCoverage): number {
  return (
    rankOf(a) - rankOf(b) ||
    lackingOf(b) - lackingOf(a) ||
    (b.beat?.unackedBytes ?? 0) - (a.beat?.unackedBytes ?? 0) ||
    (keyOf(a) < keyOf(b) ? -1 : 1)
  );
}

function clustersOf(nodes: readonly NodeCoverage[], records: CoverageRecords, end: number): ClusterCoverage[] {
  const watches = new Map<string, WatchRecord>();
  for (const watch of records.watches) {
    const other = watches.get(watch.cluster);
    if (other === undefined || other.to < watch.to) {
      watches.set(watch.cluster, watch);
    }
  }
  const logs = logsBy(records.tallies, ({ cluster }) => cluster);
  const names = new Set([...nodes.map(({ cluster }) => cluster), ...watches.keys()]);
  return [...names].sort().map((cluster) => {
    const own = nodes.filter((one) => one.cluster === cluster);
    const watch = watches.get(cluster);
    return {
      ...{ cluster, nodes: own.length, logs: logs.get(cluster) ?? {} },
      unobserved: own.filter(({ problems }) => problems.some(isUnobserved)).length,
      watch: watch === undefined ? null : { isSilent: isWatchSilent(watch, end), record: watch },
    };
  });
}

function logsBy(
  tallies: readonly StatusTally[],
  keyOfTally: (tally: StatusTally) => string
): Map<string, Partial<Record<LogStatus, number>>> {
  const sums = new Map<string, Partial<Record<LogStatus, number>>>();
  for (const tally of tallies) {
    const sum = sums.get(keyOfTally(tally)) ?? {};
    sum[tally.status] = (sum[tally.status] ?? 0) + tally.count;
    sums.set(keyOfTally(tally), sum);
  }
  return sums;
}

function newestThresholds(records: readonly ThresholdsRecord[]): Map<string, ThresholdsRecord> {
  const newest = new Map<string, ThresholdsRecord>();
  for (const record of records) {
    const other = newest.get(keyOf(record));
    if (other === undefined || other.time < record.time) {
      newest.set(keyOf(record), record);
    }
  }
  return newest;
}

/** The settings that decide about logs, by the names of KubeletConfiguration. */
function settingsOf(thresholds: Thresholds): Map<string, string> {
  const { imageGcHighPercent, imageGcLowPercent, containerLogMaxBytes, containerLogMaxFiles } = thresholds;
  const signals = (name: string, configured: Record<string, string>) =>
    Object.entries(configured).map(([signal, value]): [string, string] => [`${name}.${signal}`, value]);
  return new Map([
    ...signals('evictionHard', thresholds.evictionHard),
    ...signals('evictionSoft', thresholds.evictionSoft),
    ['imageGCHighThresholdPercent', `${imageGcHighPercent}`],
    ['imageGCLowThresholdPercent', `${imageGcLowPercent}`],
    ['containerLogMaxSize', `${Math.round((containerLogMaxBytes / 2 ** 20) * 10) / 10}Mi`],
    ['containerLogMaxFiles', `${containerLogMaxFiles}`],
  ]);
}

/** What more than half of the nodes of a cluster have, by cluster and setting; null: they have no such setting. */
function usualSettings(all: readonly ThresholdsRecord[]): Map<string, Map<string, string | null>> {
  const usual = new Map<string, Map<string, string | null>>();
  const read = all.filter(({ source }) => source === 'configz');
  for (const cluster of new Set(read.map((one) => one.cluster))) {
    const own = read.filter((one) => one.cluster === cluster).map(settingsOf);
    const names = new Set(own.flatMap((settings) => [...settings.keys()]));
    const ofCluster = new Map<string, string | null>();
    for (const name of names) {
      const counts = new Map<string | null, number>();
      own.forEach((settings) => {
        const value = settings.get(name) ?? null;
        counts.set(value, (counts.get(value) ?? 0) + 1);
      });
      const [most] = [...counts].sort(([, a], [, b]) => b - a);
      if (most !== undefined && most[1] * 2 > own.length) {
        ofCluster.set(name, most[0]);
      }
    }
    usual.set(cluster, ofCluster);
  }
  return usual;
}

function deviationsOf(thresholds: Thresholds, usual: ReadonlyMap<string, string | null>): Deviation[] {
  const own = settingsOf(thresholds);
  return [...usual]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([setting, value]) =>
      (own.get(setting) ?? null) === value ? [] : [{ setting, value: own.get(setting) ?? null, usual: value }]
    );
}

const keyOf = ({ cluster, node }: { cluster: string; node: string }) => `${cluster}/${node}`;
