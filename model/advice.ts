import type { Case, Setting } from './cases';
import { adviceFor, type CauseId } from './causes';
import type { Gap } from './records';

type About = Pick<Case, 'cause' | 'settings' | 'seen' | 'gaps' | 'status'>;

/**
 * What to change so that it does not happen again: with the values in force where they are known, in general where they
 * are not; then what to change so that Loki has all of it.
 */
export function adviceOn(one: About): string[] {
  const general = adviceFor(one.cause);
  const special = one.cause === 'unknown' ? undefined : bySettings[one.cause]?.(one.settings);
  // The first of the general advice is what the values make exact.
  const onCause = special === undefined ? general : [...special, ...general.slice(1)];
  return [...onCause, ...onLoss(one)];
}

const valueOf = (settings: readonly Setting[], name: string) => settings.find((one) => one.name === name)?.value;
const numberOf = (settings: readonly Setting[], name: string) => {
  const value = valueOf(settings, name);
  return value === undefined || !/^\d+(\.\d+)?$/.test(value) ? undefined : Number(value);
};

/** `85` with where it is from, as a reader can check it. */
function now(settings: readonly Setting[], name: string): string {
  const setting = settings.find((one) => one.name === name);
  const assumed = setting?.from === 'assumed' ? " (assumed: the kubelet's configuration was not read)" : '';
  return `${setting?.value ?? '?'}${assumed}`;
}

type Special = (settings: readonly Setting[]) => string[] | undefined;

const bySettings: Partial<Record<CauseId, Special>> = {
  C1: imageGc,
  C3(settings) {
    const limit = valueOf(settings, 'resources.limits.ephemeral-storage');
    return limit === undefined || limit === 'not set'
      ? undefined
      : [`limits.ephemeral-storage of the container is ${limit}: raise it, or write less; logs count too.`];
  },
  C2(settings) {
    const request = valueOf(settings, 'resources.requests.ephemeral-storage');
    return request === undefined
      ? undefined
      : [
          `requests.ephemeral-storage of the container: ${request}. Pods above their requests for the resource that ran out (memory, ephemeral-storage) are evicted first: request what it uses.`,
        ];
  },
  C7(settings) {
    const ttl = numberOf(settings, 'ttlSecondsAfterFinished');
    return ttl === undefined
      ? undefined
      : [`spec.ttlSecondsAfterFinished is ${ttl}: raise it, if pods have to be looked at longer (a day is 86400).`];
  },
  C8(settings) {
    const limits = ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'].flatMap((name) =>
      valueOf(settings, name) === undefined ? [] : [`spec.${name} is ${now(settings, name)}`]
    );
    const replaces =
      valueOf(settings, 'concurrencyPolicy') === 'Replace'
        ? ' spec.concurrencyPolicy is Replace: Forbid lets a Job end.'
        : '';
    return limits.length === 0
      ? undefined
      : [`${limits.join(' and ')}: raise it, if pods have to be looked at longer.${replaces}`];
  },
  C15(settings) {
    const [size, files] = ['containerLogMaxSize', 'containerLogMaxFiles'];
    return valueOf(settings, size) === undefined
      ? undefined
      : [
          `containerLogMaxSize of the kubelet is ${now(settings, size)} and containerLogMaxFiles ${now(settings, files)}: raise them, or write less.`,
        ];
  },
};

/** Image GC runs every five minutes and the eviction manager every ten seconds: it needs a lead. In per cent of use. */
const LEAD = 10;

/** C1: image GC has to begin well before the use at which the reclaim begins. */
function imageGc(settings: readonly Setting[]): string[] | undefined {
  const high = numberOf(settings, 'imageGCHighThresholdPercent');
  const low = numberOf(settings, 'imageGCLowThresholdPercent');
  const [reclaim] = settings
    .flatMap(({ name, value }) => {
      const free = /^evictionHard\.(?:imagefs|nodefs)\.available$/.test(name)
        ? /^(\d+(?:\.\d+)?)%$/.exec(value)?.[1]
        : undefined;
      return free === undefined ? [] : [{ name, value, use: 100 - Number(free) }];
    })
    .sort((a, b) => a.use - b.use);
  if (high === undefined || low === undefined || reclaim === undefined) {
    return undefined;
  }
  const begins = `the reclaim begins at ${reclaim.use} % of use (${reclaim.name} ${now(settings, reclaim.name)})`;
  if (high <= reclaim.use - LEAD) {
    return [
      `imageGCHighThresholdPercent is ${now(settings, 'imageGCHighThresholdPercent')} already, and ${begins}: image GC had a lead of ${reclaim.use - high} points and did not suffice. Look at what else fills the disk.`,
    ];
  }
  const wanted = reclaim.use - LEAD;
  return [
    `imageGCHighThresholdPercent ${now(settings, 'imageGCHighThresholdPercent')} → ${wanted}, imageGCLowThresholdPercent ${low} → ${Math.min(low, wanted - 5)}: ${begins}, so image GC has to begin well before that.`,
  ];
}

const onGap: Record<Gap['reason'], string> = {
  'gone-unread':
    'The agent did not come to read it in time: was it running and up to date then (`afterlog doctor`, its lag in /metrics)?',
  unacknowledged:
    'The agent ended before Loki had answered, and the log was deleted before the next one began: look why it ended.',
  truncated: 'Something else than the kubelet cuts the file: no shipper can read what was cut before.',
  'too-old': 'Loki refuses what is older than reject_old_samples_max_age: raise it, or end outages sooner than that.',
  refused: "Loki refused lines for good: `afterlog doctor` compares its limits with the agent's settings.",
  shed: 'The rescue budget was used up: raise --rescue.max-bytes of the agent, or let Loki take more at once.',
  unreadable: 'The agent could not read the file: `afterlog doctor` looks at the rights.',
};

/** What to change so that Loki has it next time. */
function onLoss({ seen, gaps, status }: About): string[] {
  if (!seen) {
    return [
      'No agent opened it: look whether `afterlog agent` runs on that node (tolerations of the DaemonSet) and does not exclude the namespace.',
    ];
  }
  return status === 'complete' || status === 'rescued' ? [] : [...new Set(gaps.map(({ reason }) => onGap[reason]))];
}
