import React from 'react';
import { t } from '../shared/texts';
import { Badge } from '@grafana/ui';
import type { Verdict } from '../../model/records';
import { VERDICT_LOOKS, verdictText } from '../shared/words';

/** The verdict on a log in Loki: a word, an icon and a colour. @param seen false where no agent ever opened the log */
export const VerdictBadge = ({ verdict, seen = true }: { verdict: Verdict; seen?: boolean }) => (
  <Badge
    {...VERDICT_LOOKS[verdict]}
    text={
      seen
        ? verdictText(verdict)
        : t('verdict.never-seen', '{{verdict}}, never seen', { verdict: verdictText(verdict) })
    }
  />
);
