import { t } from './texts';
import type { BadgeColor, IconName } from '@grafana/ui';
import type { Grade } from '../../model/cases';
import type { Cause, CauseId } from '../../model/causes';
import type { Verdict } from '../../model/records';

/** The words of Afterlog in the user's language: each is in one place, here. */

/** The verdict on a log in Loki, in a word or two. */
export function verdictText(verdict: Verdict): string {
  switch (verdict) {
    case 'kept':
      return t('verdict.kept', 'kept');
    case 'rescued':
      return t('verdict.rescued', 'rescued');
    case 'partial':
      return t('verdict.partial', 'in part');
    case 'lost':
      return t('verdict.lost', 'lost');
    case 'pending':
      return t('verdict.pending', 'under way');
    case 'unknown':
      return t('verdict.unknown', 'not known');
  }
}

/** How a verdict is drawn; the icons differ as well as the colours. */
export const VERDICT_LOOKS: Record<Verdict, { color: BadgeColor; icon: IconName }> = {
  kept: { color: 'green', icon: 'check' },
  rescued: { color: 'green', icon: 'shield' },
  partial: { color: 'orange', icon: 'adjust-circle' },
  lost: { color: 'red', icon: 'times' },
  pending: { color: 'blue', icon: 'clock-nine' },
  unknown: { color: 'purple', icon: 'question-circle' },
};

export function gradeText(grade: Grade): string {
  switch (grade) {
    case 'proved':
      return t('grade.proved', 'proved');
    case 'strong':
      return t('grade.strong', 'strong');
    case 'likely':
      return t('grade.likely', 'likely');
    case 'unknown':
      return t('grade.unknown', 'not known');
  }
}

/** What a grade rests on. */
export function gradeMeaning(grade: Grade): string {
  switch (grade) {
    case 'proved':
      return t('grade.proved-means', 'the one who did it said so');
    case 'strong':
      return t('grade.strong-means', 'nothing else that is known explains it');
    case 'likely':
      return t('grade.likely-means', 'it fits, and a part of the evidence is missing');
    case 'unknown':
      return t('grade.unknown-means', 'the evidence does not tell');
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
