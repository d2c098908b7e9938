import { t } from './texts';
import type { BadgeColor, IconName } from '@grafana/ui';
import type { Confidence } from '../../model/cases';
import type { Cause, CauseId } from '../../model/causes';
import type { LogStatus } from '../../model/records';

/** The words of Afterlog in the user's language: each is in one place, here. */

/** The status on a log in Loki, in a word or two. */
export function statusText(status: LogStatus): string {
  switch (status) {
    case 'complete':
      return t('status.complete', 'complete');
    case 'rescued':
      return t('status.rescued', 'rescued');
    case 'partial':
      return t('status.partial', 'in part');
    case 'lost':
      return t('status.lost', 'lost');
    case 'pending':
      return t('status.pending', 'under way');
    case 'unknown':
      return t('status.unknown', 'not known');
  }
}

/** How a status is drawn; the icons differ as well as the colours. */
export const LOG_STATUS_LOOKS: Record<LogStatus, { color: BadgeColor; icon: IconName }> = {
  complete: { color: 'green', icon: 'check' },
  rescued: { color: 'green', icon: 'shield' },
  partial: { color: 'orange', icon: 'adjust-circle' },
  lost: { color: 'red', icon: 'times' },
  pending: { color: 'blue', icon: 'clock-nine' },
  unknown: { color: 'purple', icon: 'question-circle' },
};

export function confidenceText(confidence: Confidence): string {
  switch (confidence) {
    case 'confirmed':
      return t('confidence.confirmed', 'confirmed');
    case 'strong':
      return t('confidence.strong', 'strong');
    case 'likely':
      return t('confidence.likely', 'likely');
    case 'unknown':
      return t('confidence.unknown', 'not known');
  }
}

/** What a confidence rests on. */
export function confidenceMeaning(confidence: Confidence): string {
  switch (confidence) {
    case 'confirmed':
      return t('confidence.confirmed-means', 'the one who did it said so');
    case 'strong':
      return t('confidence.strong-means', 'nothing else that is known explains it');
    case 'likely':
      return t('confidence.likely-means', 'it fits, and a part of the evidence is missing');
    case 'unknown':
      return t('confidence.unknown-means', 'the evidence does not tell');
  }
}

const causes: Record<CauseId, () => string> = {
  C1: () => t('cause.C1', 'disk reclaim'),
  C2: () => t('cause.C2', 'pod evicted'),
  C3: () => t('cause.C3', 'own storage limit'),
  C4: () => t('cause.C4', 'older restart'),
  C5: () => t('cause.C5', 'init container pruned'),
  C6: () => t('cause.C6', 'deleted through the API'),
  C7: () => t('cause.C7', 'Job TTL'),
  C8: () => t('cause.C8', 'CronJob history'),
  C9: () => t('cause.C9', 'Job controller'),
  C10: () => t('cause.C10', 'pod GC'),
  C11: () => t('cause.C11', 'owner deleted'),
  C12: () => t('cause.C12', 'taint'),
  C13: () => t('cause.C13', 'node removed'),
  C14: () => t('cause.C14', 'drain or preemption'),
  C15: () => t('cause.C15', 'log rotation'),
  C16: () => t('cause.C16', 'runtime lost it'),
  C17: () => t('cause.C17', 'file removed by others'),
  C18: () => t('cause.C18', 'disk full while writing'),
  C19: () => t('cause.C19', 'restarted in place'),
  C20: () => t('cause.C20', 'node shutdown'),
};

/** `C1 disk reclaim`. */
export const causeText = (cause: Cause): string =>
  cause === 'unknown' ? t('cause.unknown', 'not known') : `${cause} ${causes[cause]()}`;
