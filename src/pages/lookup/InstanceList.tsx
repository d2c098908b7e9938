import React, { useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Badge, type BadgeColor, Button, type IconName, useStyles2 } from '@grafana/ui';
import { count, nameOf, sentencesOf } from '../../../model/lookup';
import type { Verdict } from '../../../model/records';
import type { Instance } from '../../loki/instance';
import { choose } from './search-params';

const badges: Record<Verdict, { text: string; color: BadgeColor; icon: IconName }> = {
  kept: { text: 'kept', color: 'green', icon: 'check' },
  rescued: { text: 'rescued', color: 'green', icon: 'shield' },
  partial: { text: 'in part', color: 'orange', icon: 'adjust-circle' },
  lost: { text: 'lost', color: 'red', icon: 'times' },
  pending: { text: 'under way', color: 'blue', icon: 'clock-nine' },
  unknown: { text: 'not known', color: 'purple', icon: 'question-circle' },
};

/** A Job may have run thousands of pods. */
const PAGE = 20;

/** The account of each container instance that was found; the one whose log is shown is marked. */
export function InstanceList({ instances, shown }: { instances: readonly Instance[]; shown: Instance }) {
  const styles = useStyles2(getStyles);
  const [limit, setLimit] = useState(PAGE);
  return (
    <ul className={styles.list} aria-label="Containers found">
      {instances.slice(0, limit).map((instance) => (
        <li key={instance.key} className={styles.item} aria-current={instance === shown || undefined}>
          <Badge {...badges[instance.record?.verdict ?? 'unknown']} />
          <div>
            <strong>{nameOf(instance.who)}</strong>
            <p className={styles.account}>{accountOf(instance)}</p>
          </div>
          {instance !== shown && (
            <Button size="sm" variant="secondary" onClick={() => choose(instance.key)}>
              Show its log
            </Button>
          )}
        </li>
      ))}
      {instances.length > limit && (
        <li className={styles.item}>
          <Button size="sm" variant="secondary" onClick={() => setLimit(limit + PAGE)}>
            Show more of {count(instances.length, 'container')}
          </Button>
        </li>
      )}
    </ul>
  );
}

const accountOf = ({ record }: Instance) =>
  record === undefined
    ? 'It has no account yet: it may still be running, so whether these lines are all is not known.'
    : sentencesOf(record).join(' ');

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none' }),
  item: css({
    display: 'grid',
    gridTemplateColumns: 'auto 1fr auto',
    alignItems: 'start',
    gap: theme.spacing(2),
    padding: theme.spacing(1.5, 2),
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    '&[aria-current]': { background: theme.colors.background.secondary },
  }),
  account: css({ margin: theme.spacing(0.5, 0, 0), maxWidth: '90ch', overflowWrap: 'anywhere' }),
});
