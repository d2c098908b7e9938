import type { Answer, Setting } from './cases';
import type { CauseId } from './causes';
import type { Code } from './codes';
import type { Words } from './messages';
import { usedAt } from './messages/format';

type About = Pick<Answer, 'cause' | 'settings' | 'seen' | 'gaps' | 'status'>;

/**
 * What to change so that it does not happen again: with the values in force where they are known, in general where they
 * are not; then what to change so that Loki has all of it.
 */
export function adviceOn(about: About, words: Words): string[] {
  const { causes, unknownCause } = words.catalogue;
  const general = about.cause === 'unknown' ? unknownCause.advice : causes[about.cause].advice;
  const special = about.cause === 'unknown' ? undefined : bySettings[about.cause]?.(about.settings, words);
  // The first of the general advice is what the values make exact.
  const onCause = special === undefined ? general : [words.render(special), ...general.slice(1)];
  return [...onCause, ...onLoss(about).map((code) => words.render(code))];
}

const valueOf = (settings: readonly Setting[], name: string) => settings.find((one) => one.name === name)?.value;
const numberOf = (settings: readonly Setting[], name: string) => {
  const value = valueOf(settings, name);
  return value === undefined || !/^\d+(\.\d+)?$/.test(value) ? undefined : Number(value);
};

/** `85`, with where it is from if that is no configuration of theirs. */
function inForce(settings: readonly Setting[], name: string, words: Words): string {
  const setting = settings.find((one) => one.name === name);
  const origin = setting?.from === 'assumed' ? ` (${words.catalogue.origins.assumed})` : '';
  return `${setting?.value ?? '?'}${origin}`;
}

type Special = (settings: readonly Setting[], words: Words) => Code | undefined;

const bySettings: Partial<Record<CauseId, Special>> = {
  C1: imageGc,
  C3(settings) {
    const value = valueOf(settings, 'resources.limits.ephemeral-storage');
    return value === undefined || value === 'not set' ? undefined : { code: 'advice-storage-limit', value };
  },
  C2(settings) {
    const value = valueOf(settings, 'resources.requests.ephemeral-storage');
    return value === undefined ? undefined : { code: 'advice-storage-request', value };
  },
  C7(settings) {
    const seconds = numberOf(settings, 'ttlSecondsAfterFinished');
    return seconds === undefined ? undefined : { code: 'advice-ttl', seconds };
  },
  C8(settings, words) {
    const limits = ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'].flatMap((name) =>
      valueOf(settings, name) === undefined ? [] : [{ name, value: inForce(settings, name, words) }]
    );
    const replaces = valueOf(settings, 'concurrencyPolicy') === 'Replace';
    return limits.length === 0 ? undefined : { code: 'advice-history', limits, replaces };
  },
  C15(settings, words) {
    const [size, files] = ['containerLogMaxSize', 'containerLogMaxFiles'];
    return valueOf(settings, size) === undefined
      ? undefined
      : {
          code: 'advice-rotation',
          size: inForce(settings, size, words),
          files: inForce(settings, files, words),
        };
  },
};

/** Image GC runs every five minutes and the eviction manager every ten seconds: it needs a lead. In per cent of use. */
const LEAD = 10;

/** C1: image GC has to begin well before the use at which the reclaim begins. */
function imageGc(settings: readonly Setting[], words: Words): Code | undefined {
  const high = numberOf(settings, 'imageGCHighThresholdPercent');
  const low = numberOf(settings, 'imageGCLowThresholdPercent');
  const [reclaim] = settings
    .flatMap(({ name, value }) => {
      const use = /^evictionHard\.(?:imagefs|nodefs)\.available$/.test(name) ? usedAt(value) : undefined;
      return use === undefined ? [] : [{ name, use }];
    })
    .sort((a, b) => a.use - b.use);
  if (high === undefined || low === undefined || reclaim === undefined) {
    return undefined;
  }
  const begins = {
    high: inForce(settings, 'imageGCHighThresholdPercent', words),
    reclaimPercent: reclaim.use,
    signal: reclaim.name,
    configured: inForce(settings, reclaim.name, words),
  };
  if (high <= reclaim.use - LEAD) {
    return { code: 'advice-image-gc-early', ...begins, lead: reclaim.use - high };
  }
  const wantedHigh = reclaim.use - LEAD;
  return {
    code: 'advice-image-gc',
    ...begins,
    low: inForce(settings, 'imageGCLowThresholdPercent', words),
    wantedHigh,
    wantedLow: Math.min(low, wantedHigh - 5),
  };
}

/** What to change so that Loki has it next time. */
function onLoss({ seen, gaps, status }: About): Code[] {
  if (!seen) {
    return status === 'pending' ? [] : [{ code: 'advice-unseen' }];
  }
  return status === 'complete' || status === 'rescued'
    ? []
    : [...new Set(gaps.map(({ reason }) => reason))].map((reason) => ({ code: 'advice-gap', reason }));
}
