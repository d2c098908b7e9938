import React from 'react';
import { t } from '../shared/texts';
import { Badge } from '@grafana/ui';
import type { LogStatus } from '../../model/records';
import { LOG_STATUS_LOOKS, statusText } from '../shared/words';

/** The status on a log in Loki: a word, an icon and a colour. @param seen false where no agent ever opened the log */
export const StatusBadge = ({ status, seen = true }: { status: LogStatus; seen?: boolean }) => (
  <Badge
    {...LOG_STATUS_LOOKS[status]}
    text={seen ? statusText(status) : t('status.never-seen', '{{status}}, never seen', { status: statusText(status) })}
  />
);
