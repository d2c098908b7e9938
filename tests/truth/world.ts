import type { CaseInput } from '../../model/cases';
import type { CauseId } from '../../model/causes';
import { Random } from './random';
import * as make from './records';
import { END, MINUTE, type Pod, type Run, START, Story } from './story';
import { type Span, Testimony, type Witnesses } from './testimony';

/** What really became of one container run's log. */
export interface Fate {
  id: string;
  cluster: string;
  /** What removed it, or took it from `kubectl logs`; several where two came within the same minute. Empty: it is on its node. */
  causes: CauseId[];
  /** What Loki has: all of it, nothing, less than all, or what nobody can know. */
  inLoki: 'all' | 'nothing' | 'part' | 'any';
  /** The witnesses that this cause needs were there: an expert would have known. */
  knowable: boolean;
}

export interface World {
  seed: number;
  input: CaseInput;
  fates: Fate[];
}

/** A world from a seed: a node of each of one to three clusters, what happened there, and the records that tell of it. */
export function worldOf(seed: number): World {
  const random = new Random(seed);
  const clusters = random.chance(0.2) ? ['east', 'west', 'north'].slice(0, random.between(2, 3)) : ['east'];
  const fates: Fate[] = [];
  const inputs = clusters.map((cluster) => {
    const story = new Story(random, cluster);
    const witnesses = witnessesOf(random);
    const testimony = new Testimony(story, cluster, witnesses, random);
    for (const pod of story.pods) {
      fates.push(...pod.runs.map((run) => fateOf(pod, run, { cluster, testimony, witnesses })));
    }
    return testimony.records();
  });
  const all = <K extends keyof CaseInput>(key: K) => inputs.flatMap((one) => (one[key] ?? []) as never[]);
  const input: CaseInput = {
    ...{ containers: all('containers'), pods: all('pods'), jobs: all('jobs'), nodes: all('nodes') },
    ...{ events: all('events'), gcs: all('gcs'), disks: all('disks'), thresholds: all('thresholds') },
    ...{ heartbeats: all('heartbeats'), watches: all('watches'), now: make.iso(END) },
  };
  return { seed, input, fates };
}

function witnessesOf(random: Random): Witnesses {
  const whole: readonly Span[] = [[START - 30 * MINUTE, END]];
  const withGap = (): Span[] => {
    const gap = START + random.between(10, 120) * MINUTE;
    return [
      [START - 30 * MINUTE, gap],
      [gap + random.between(2, 40) * MINUTE, END],
    ];
  };
  const lateStart = (): Span[] => [[START + random.between(10, 110) * MINUTE, END]];
  return {
    kubeletLog: random.pick([() => whole, () => whole, withGap, () => [], () => []])(),
    watch: random.pick([() => whole, () => whole, () => whole, withGap, lateStart, () => []])(),
    forbidden: random.pick([[], [], [], [], ['pods'], ['nodes']]),
    agent: random.pick([() => whole, () => whole, () => whole, withGap, withGap, lateStart, () => []])(),
    disks: random.chance(0.6),
    configz: random.chance(0.5),
    podTimes: random.chance(0.7),
    skewMs: random.pick([0, 0, 0, 0, 1500, -1500, 30_000, -30_000, 600_000, -600_000]),
    agentLateFrom: random.chance(0.2) ? START + random.between(60, 149) * MINUTE : Infinity,
    watchLateFrom: random.chance(0.15) ? START + random.between(60, 149) * MINUTE : Infinity,
  };
}

interface Seen {
  cluster: string;
  testimony: Testimony;
  witnesses: Witnesses;
}

function fateOf(pod: Pod, run: Run, { cluster, testimony, witnesses }: Seen): Fate {
  const all = [run.hidden?.cause, ...(run.removed?.causes ?? []), run.shortened?.cause];
  const causes = [...new Set(all.filter((cause) => cause !== undefined))];
  const moment = run.removed?.at ?? run.hidden?.at ?? run.shortened?.at ?? START;
  const isWatched = testimony.isWatched(moment - MINUTE) && testimony.isWatched(moment + 2 * MINUTE);
  const isPodKnown = isWatched && !witnesses.forbidden.includes('pods');
  const isSeen = testimony.sawRemoval(run);
  const isRead = witnesses.kubeletLog.some(([from, to]) => from < moment - MINUTE && to > moment + MINUTE);
  const isOnTime = Math.abs(witnesses.skewMs) < 5000;
  const tells: Partial<Record<CauseId, boolean>> = {
    C1: isSeen && (isRead || (isPodKnown && !witnesses.forbidden.includes('nodes'))),
    // Whether a log was there until its node was removed, only an agent can know.
    C13:
      testimony.isWatched(moment) &&
      !witnesses.forbidden.includes('nodes') &&
      testimony.wasReporting(moment - 30 * MINUTE, moment),
    C15: isSeen && witnesses.configz,
    C17: isSeen && isPodKnown && isRead,
  };
  const isPodEnough = isPodKnown && isSeen && isOnTime && testimony.isWatched(pod.deletion?.at ?? moment);
  return {
    ...{ id: run.id, cluster, causes, inLoki: testimony.inLoki(run) },
    // Two that came together, or a sandbox of which no Event may have been recorded, nobody can tell.
    knowable: causes.length === 1 && causes.every((cause) => cause !== 'C5' && (tells[cause] ?? isPodEnough)),
  };
}
