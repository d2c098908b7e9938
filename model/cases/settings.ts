import type { Cause } from '../causes';
import type { Setting } from './case';
import type { Facts } from './facts';
import type { Subject } from './subject';

/** The settings that decided about a log's going, with the values that were in force. What is not known is left out. */
export function settingsOf(cause: Cause, subject: Subject, facts: Facts): Setting[] {
  switch (cause) {
    case 'C1':
      return [
        ...imageGc(subject, facts),
        ...eviction(subject, facts).filter(({ name }) => /[.](nodefs|imagefs)[.]/.test(name)),
      ];
    case 'C2':
      return [...eviction(subject, facts), ...storage(subject, 'requests')];
    case 'C3':
      return storage(subject, 'limits');
    case 'C7':
      return some('Job', { ttlSecondsAfterFinished: subject.job?.ttlSecondsAfterFinished });
    case 'C8': {
      const { successfulHistoryLimit, failedHistoryLimit, concurrencyPolicy } = subject.job?.cronJob ?? {};
      return some('CronJob', {
        successfulJobsHistoryLimit: successfulHistoryLimit,
        failedJobsHistoryLimit: failedHistoryLimit,
        concurrencyPolicy,
      });
    }
    case 'C9': {
      const { backoffLimit, activeDeadlineSeconds } = subject.job ?? {};
      return some('Job', { backoffLimit, activeDeadlineSeconds });
    }
    case 'C15':
      return rotation(subject, facts);
    default:
      return [];
  }
}

function some(from: Setting['from'], values: Record<string, string | number | null | undefined>): Setting[] {
  return Object.entries(values).flatMap(([name, value]) => (value == null ? [] : [{ name, value: `${value}`, from }]));
}

function thresholdsOf({ cluster, node, left, finished }: Subject, facts: Facts) {
  const read = facts.measurements.thresholdsAt(cluster, node, left ?? finished ?? facts.now);
  return read && { read, from: read.source === 'configz' ? ('kubelet' as const) : ('assumed' as const) };
}

function imageGc(subject: Subject, facts: Facts): Setting[] {
  const known = thresholdsOf(subject, facts);
  return known === undefined
    ? []
    : some(known.from, {
        imageGCHighThresholdPercent: known.read.imageGcHighPercent,
        imageGCLowThresholdPercent: known.read.imageGcLowPercent,
      });
}

function eviction(subject: Subject, facts: Facts): Setting[] {
  const known = thresholdsOf(subject, facts);
  return Object.entries(known?.read.evictionHard ?? {}).map(([signal, value]) => ({
    name: `evictionHard.${signal}`,
    value,
    from: known?.from ?? 'assumed',
  }));
}

function rotation(subject: Subject, facts: Facts): Setting[] {
  const known = thresholdsOf(subject, facts);
  return known === undefined
    ? []
    : some(known.from, {
        containerLogMaxSize: `${Math.round((known.read.containerLogMaxBytes / 2 ** 20) * 10) / 10}Mi`,
        containerLogMaxFiles: known.read.containerLogMaxFiles,
      });
}

function storage({ podContainer }: Subject, what: 'requests' | 'limits'): Setting[] {
  if (podContainer === undefined) {
    return [];
  }
  const value = what === 'requests' ? podContainer.storageRequest : podContainer.storageLimit;
  return [{ name: `resources.${what}.ephemeral-storage`, value: value ?? 'not set', from: 'pod' }];
}
