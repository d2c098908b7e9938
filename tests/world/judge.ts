import type { ContainerRecord, Gap } from '../../model/records';
import { parseNs } from '../../model/time';
import type { Entry } from '../../shipper/loki/query-answer';
import type { Outcome } from './play';
import { remainderOf, textsOf } from './texts';
import { RACE_MS, runId, type Presence, type RunTruth, type Unit } from './truth';

/** Something that must not be. */
export interface Violation {
  rule: string;
  /** `container/restart (habit)`; empty where it is about the agent. */
  run: string;
  detail: string;
}

/** What happened so lately may not be in a metric yet: a directory is looked at every 250 ms. */
const LAG_MS = 1_500;
/** Whoever has been silent for so long may be deleted by the next reclaim. */
const SILENT_MS = 5_000;
const MOST_RESIDENT_BYTES = 200 * 1024 ** 2;
const MOST_DESCRIPTORS = 100;
/** Requests under way: pushes, and one each of records and probe. */
const MOST_REQUESTS = 4 + 3;
const MOST_REQUESTS_A_SECOND = 200;
const DAY_MS = 86_400_000;

/** All lives of a container run, and what is known of it: its entries cannot be told apart by life. */
interface Group {
  id: string;
  lives: RunTruth[];
  units: Unit[];
  entries: Entry[];
  records: ContainerRecord[];
}

/** Holds what agent and Loki made of a world against the truth. */
export function judge(outcome: Outcome): Violation[] {
  const violations: Violation[] = [];
  for (const group of groupsOf(outcome)) {
    const [first] = group.lives;
    const name = `${first?.container}/${first?.restart} (${first?.habit})`;
    violations.push(...judgeGroup(group, outcome).map((violation) => ({ ...violation, run: name })));
  }
  return [...violations, ...judgeAgent(outcome).map((violation) => ({ ...violation, run: '' }))];
}

type Finding = Omit<Violation, 'run'>;

function groupsOf({ runs, entries, records }: Outcome): Group[] {
  const groups = new Map<string, Group>();
  const byPlace = new Map<string, Group>();
  for (const run of runs) {
    const id = runId(run);
    const group = groups.get(id) ?? { id, lives: [], units: [], entries: [], records: [] };
    group.lives.push(run);
    group.units.push(...run.units);
    groups.set(id, group);
    byPlace.set(`${run.pod}/${run.restart}`, group);
  }
  for (const entry of entries) {
    byPlace.get(`${entry.metadata.pod}/${entry.metadata.restart}`)?.entries.push(entry);
  }
  for (const record of records) {
    groups.get(record.id)?.records.push(record);
  }
  return [...groups.values()];
}

function judgeGroup(group: Group, outcome: Outcome): Finding[] {
  const { presence } = outcome;
  const { missing, findings } = compareStored(group, presence);
  const end = Math.max(...outcome.samples.map(({ answeredAt }) => answeredAt), 0);
  const visible = group.lives.filter(
    (run) =>
      presence.between(run.startedAt, run.leftAt ?? end) >= RACE_MS + outcome.latestMs && !presence.isForgotten(run)
  );
  const needless = missing.filter((unit) => !mayBeLost(unit, outcome, end));
  const traceless = (unit: Unit) => isTraceless(unit, outcome);
  if (needless.length > 0) {
    findings.push({ rule: 'lost without need', detail: describe(needless) });
  }
  if (visible.length > 0) {
    const unnamed = missing.filter(
      (unit) =>
        visible.some(({ files }) => files.includes(unit.file)) &&
        !traceless(unit) &&
        !group.records.some(({ gaps }) => gaps.some((gap) => covers(gap, unit)))
    );
    if (unnamed.length > 0) {
      const gaps = group.records.map(({ status, gaps: named }) => ({ status, gaps: named }));
      findings.push({ rule: 'lost and not named', detail: `${describe(unnamed)} ${JSON.stringify(gaps.slice(-2))}` });
    }
    findings.push(
      ...judgeBytes(
        group,
        missing,
        missing.filter((unit) => !traceless(unit))
      )
    );
  }
  // Of several lives those that no agent saw are nobody's to claim.
  const claimed = group.lives.length > 1 ? visible : group.lives.filter((run) => !presence.isForgotten(run));
  const known = missing.filter((unit) => !traceless(unit) && claimed.some(({ files }) => files.includes(unit.file)));
  return [...findings, ...judgeClaims(group, known, outcome)];
}

/** Each unit is stored once, nothing else is, and in order where times run forwards. */
function compareStored({ units, entries, lives }: Group, presence: Presence): { missing: Unit[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const waiting = new Map<string, Unit[]>();
  for (const unit of units) {
    waiting.set(unit.text, [...(waiting.get(unit.text) ?? []), unit]);
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    const content = entries.flatMap(({ line, metadata }) => (metadata.stream === stream ? [line] : [])).join('');
    const texts = textsOf(content);
    const twice: string[] = [];
    const stored: Unit[] = [];
    for (const text of texts) {
      const unit = waiting.get(text)?.shift();
      if (unit) {
        stored.push(unit);
      } else {
        twice.push(text);
      }
    }
    // Sent again for an older state, a line may be another: one of the future has the time of its arrival, a first line
    // without a time that of what follows it, and the lines of a pod that returned the container id that was known then.
    const isKnown =
      presence.hasForgotten && lives.some(({ habit }) => ['clock-ahead', 'odd', 'returning'].includes(habit));
    if (twice.length > 0 && !isKnown) {
      findings.push({ rule: 'stored twice', detail: `${stream}: ${twice.length}, the first ${twice[0]}` });
    }
    const remainder = remainderOf(content);
    // Of a line that went in parts the beginning may be stored, and the rest lost.
    const left = [...waiting.values()].flat().filter((unit) => unit.stream === stream);
    if (remainder !== '' && !left.some(({ text }) => text.startsWith(remainder))) {
      findings.push({
        rule: 'stored and never written',
        detail: `${stream}: ${JSON.stringify(remainder.slice(0, 200))}`,
      });
    }
    const ordered = units.filter((unit) => unit.stream === stream);
    if (ordered.every(({ ns }, index) => ns >= (ordered[index - 1]?.ns ?? 0n)) && twice.length === 0) {
      const places = stored.map((unit) => ordered.indexOf(unit));
      const wrong = places.findIndex((place, index) => place < (places[index - 1] ?? -1));
      if (wrong >= 0) {
        findings.push({
          rule: 'out of order',
          detail: `${stream}: ${stored[wrong]?.text} after ${stored[wrong - 1]?.text}`,
        });
      }
    }
  }
  return { missing: [...waiting.values()].flat(), findings };
}

/** Whether no agent could have kept the unit. */
function mayBeLost(
  { file, ns, ackedAt, writtenAt }: Unit,
  { script, presence, runs, latestMs }: Outcome,
  end: number
): boolean {
  const age = writtenAt - Number(ns / 1_000_000n);
  const { rejectOldSamplesMaxAge = 7 * DAY_MS, creationGracePeriod = 600_000 } = script.lokiLimits;
  if (age > rejectOldSamplesMaxAge - 600_000 || -age > creationGracePeriod) {
    return true; // Loki takes it never, or not as it is
  }
  if (file.goneAt === null) {
    return false;
  }
  if (file.truncated) {
    return ackedAt >= file.goneAt;
  }
  const lastEnd = Math.max(0, ...presence.ends.filter((at) => at <= (file.goneAt ?? 0)));
  const life = runs.find(({ files }) => files.includes(file));
  const seenFor = presence.between(Math.max(file.madeAt, lastEnd, life?.startedAt ?? 0), file.goneAt);
  return seenFor < RACE_MS + latestMs || presence.endedBetween(file.goneAt, Math.min(ackedAt, end));
}

/** What was written to a file that was emptied before any agent looked leaves no trace. */
function isTraceless({ file, writtenAt }: Unit, { presence, latestMs }: Outcome): boolean {
  return file.truncated && presence.between(writtenAt, file.goneAt ?? 0) < RACE_MS + latestMs;
}

/** Of what was not read only the time of writing can be told: a line may be dated as it likes. */
function covers(gap: Gap, { ns, writtenAt }: Unit): boolean {
  const from = gap.from === null ? 0n : (parseNs(gap.from) ?? 0n);
  const to = parseNs(gap.to ?? '') ?? 0n;
  const written = BigInt(writtenAt) * 1_000_000n;
  return (from <= ns && ns <= to) || (from < written + 1_000_000n && written <= to);
}

/** What the last record says in bytes holds all that is missing; more only where nobody could know. */
function judgeBytes({ lives, units, records }: Group, missing: readonly Unit[], traced: readonly Unit[]): Finding[] {
  const record = records.at(-1);
  const findings: Finding[] = [];
  if (!record || lives.length > 1) {
    return findings;
  }
  const { gaps, bytesSeen, bytesAcked } = record;
  const lost = sum(missing);
  if (record.final && gaps.every(({ bytes }) => bytes !== null)) {
    const named = gaps.reduce((total, { bytes }) => total + (bytes ?? 0), 0);
    if (named < sum(traced)) {
      const detail = `${named} of ${sum(traced)} ${JSON.stringify(gaps)}`;
      findings.push({ rule: 'fewer bytes named than lost', detail });
    }
    if (bytesAcked + named !== bytesSeen) {
      findings.push({ rule: 'bytes do not add up', detail: `${bytesAcked} + ${named} is not ${bytesSeen}` });
    }
  }
  const kept = sum(units) - lost;
  const nuls = lives.some(({ habit }) => habit === 'nuls' || habit === 'hole');
  if (!nuls && bytesAcked > kept) {
    findings.push({ rule: 'more bytes claimed than stored', detail: `${bytesAcked} of ${kept}` });
  }
  return findings;
}

/** No record says more than was true when it was sent; the last one says what is true. */
function judgeClaims({ id, lives, records, units }: Group, missing: readonly Unit[], outcome: Outcome): Finding[] {
  const findings: Finding[] = [];
  for (const { at, record } of outcome.seenRecords) {
    if (record.id !== id) {
      continue;
    }
    const whole = record.status === 'complete' || record.status === 'rescued';
    const life = lives.findLast(({ startedAt }) => startedAt <= at);
    const lastWrite = Math.max(0, ...(life?.units.map(({ writtenAt }) => writtenAt) ?? []));
    if ((whole || record.final || record.ended) && lastWrite > at) {
      findings.push({
        rule: 'ended before its end',
        detail: `${record.status}${record.final ? ', final' : ''}; the last line came ${lastWrite - at} ms later`,
      });
    }
    const lost = missing.filter(({ writtenAt }) => writtenAt <= at && (life?.startedAt ?? 0) <= writtenAt);
    if (whole && lost.length > 0) {
      findings.push({ rule: 'complete and is not', detail: `${record.status}: ${describe(lost)}` });
    }
  }
  const last = records.at(-1);
  const { presence, calmAt } = outcome;
  // A gap may name more than is missing where an agent could not know: before its start, after its end, after a
  // truncation, while it was paused and files were rotated, or where a rotation was never brought to its end.
  const steady = lives.every(({ startedAt, leftAt, leftAmidRotation, files }) => {
    const seenFor = presence.between(startedAt, leftAt ?? calmAt);
    return (
      !presence.endedBetween(startedAt, calmAt) &&
      !leftAmidRotation &&
      !(files.length > 1 && presence.pausedBetween(startedAt, calmAt)) &&
      presence.between(startedAt, startedAt + RACE_MS) > 0 &&
      seenFor >= RACE_MS + outcome.latestMs &&
      !files.some(({ truncated }) => truncated)
    );
  });
  if (last && steady && missing.length === 0 && units.length > 0 && last.gaps.length > 0) {
    findings.push({ rule: 'gap where nothing is missing', detail: JSON.stringify(last.gaps) });
  }
  return findings.slice(0, 5);
}

function judgeAgent(outcome: Outcome): Finding[] {
  const { samples, unexpectedEnds, unsettled, agentLog, requests, mostRequestsAtOnce, tookMs, mostMute } = outcome;
  const findings: Finding[] = unexpectedEnds.map((detail) => ({ rule: 'the agent ended by itself', detail }));
  if (unsettled.length > 0) {
    findings.push({ rule: 'never done', detail: unsettled.join(', ') });
  }
  const error = /Unhandled|TypeError|RangeError|ReferenceError|MaxListenersExceeded/.exec(agentLog);
  if (error) {
    findings.push({ rule: 'error in the log', detail: agentLog.slice(error.index, error.index + 500) });
  }
  const most = (value: (sample: (typeof samples)[number]) => number) => Math.max(0, ...samples.map(value));
  const bounds = [
    ['resident memory', most(({ residentBytes }) => residentBytes), MOST_RESIDENT_BYTES],
    ['descriptors', most(({ descriptors }) => descriptors), MOST_DESCRIPTORS],
    ['requests at once', mostRequestsAtOnce, MOST_REQUESTS],
    ['requests a second', (requests * 1000) / tookMs, MOST_REQUESTS_A_SECOND],
    ['times mute in a row', mostMute, 0],
  ] as const;
  for (const [what, value, bound] of bounds) {
    if (value > bound) {
      findings.push({ rule: `unbounded: ${what}`, detail: `${value} of ${bound}` });
    }
  }
  return [...findings, ...judgeMetrics(outcome)];
}

/** What waits for Loki is never shown as less than it is, nor its age as younger. */
function judgeMetrics(outcome: Outcome): Finding[] {
  const { samples, presence, runs } = outcome;
  const lagMs = LAG_MS + 2 * outcome.latestMs;
  const end = samples.at(-1)?.answeredAt ?? 0;
  const worst = new Map<string, { by: number; detail: string }>();
  const note = (rule: string, by: number, detail: string) => {
    if (by > 0 && by > (worst.get(rule)?.by ?? 0)) {
      worst.set(rule, { by, detail });
    }
  };
  const firm = runs.map((run) => ({ run, units: run.units.filter((unit) => !mayBeLost(unit, outcome, end)) }));
  for (const sample of samples) {
    const since = sample.askedAt - lagMs;
    if (presence.between(since, sample.askedAt) < lagMs) {
      continue;
    }
    let unacked = 0;
    let atRisk = 0;
    let oldest = Infinity;
    for (const { run, units } of firm) {
      const waiting = units.filter(({ writtenAt, ackedAt }) => writtenAt < since && ackedAt > sample.answeredAt);
      unacked += sum(waiting);
      const lastWrite = run.units.findLast(({ writtenAt }) => writtenAt < sample.answeredAt)?.writtenAt ?? Infinity;
      const wroteLater = run.units.some(({ writtenAt }) => writtenAt > since - SILENT_MS);
      if ((run.leftAt ?? Infinity) < since || (!wroteLater && lastWrite < since - SILENT_MS)) {
        atRisk += sum(waiting);
        oldest = Math.min(oldest, ...waiting.map(({ writtenAt }) => writtenAt));
      }
    }
    const ms = sample.askedAt - (outcome.samples[0]?.askedAt ?? 0);
    note(
      'unacknowledged bytes too low',
      unacked - sample.unacknowledgedBytes,
      `at ${ms} ms: ${JSON.stringify(sample)}, truth ${unacked}`
    );
    note('at risk too low', atRisk - sample.atRiskBytes, `at ${ms} ms: ${JSON.stringify(sample)}, truth ${atRisk}`);
    if (oldest < Infinity) {
      const lag = (since - oldest) / 1000;
      note('lag too low', lag - sample.lagSeconds, `at ${ms} ms: ${sample.lagSeconds} s, truth at least ${lag} s`);
    }
  }
  return [...worst].map(([rule, { detail }]) => ({ rule, detail }));
}

const sum = (units: readonly Unit[]) => units.reduce((total, { bytes }) => total + bytes, 0);

function describe(units: readonly Unit[]): string {
  const first = units[0];
  const time = first ? new Date(Number(first.ns / 1_000_000n)).toISOString() : '';
  return `${units.length} units, ${sum(units)} bytes, the first of ${time}: ${first?.text.slice(0, 40)}`;
}
