import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '../shared/texts';
import { Checkbox, useStyles2 } from '@grafana/ui';
import type { FoundRun } from '../../model/lookup';
import { Swatch } from './Swatch';

interface RunSwitchesProps {
  runs: readonly FoundRun[];
  colors: ReadonlyMap<string, string>;
  /** Keys of the runs that are not shown. */
  hidden: ReadonlySet<string>;
  onChange: (hidden: ReadonlySet<string>) => void;
}

/** Which of several container runs are shown in one log. The last one that is shown cannot be hidden. */
export function RunSwitches({ runs, colors, hidden, onChange }: RunSwitchesProps) {
  const styles = useStyles2(getStyles);
  const toggle = (key: string) => {
    const next = new Set(hidden);
    if (!next.delete(key)) {
      next.add(key);
    }
    onChange(next);
  };
  const isLast = (key: string) => !hidden.has(key) && hidden.size === runs.length - 1;
  return (
    <div className={styles.row} role="group" aria-label={t('log.runs', 'Containers shown')}>
      {runs.map(({ key, who: { pod, container, restart } }) => (
        <span key={key} className={styles.switch}>
          <Checkbox
            value={!hidden.has(key)}
            disabled={isLast(key)}
            onChange={() => toggle(key)}
            label={`${pod}/${container}${restart ? ` · ${restart}` : ''}`}
          />
          <Swatch color={colors.get(key)} />
        </span>
      ))}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  row: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0.5, 2), maxHeight: '20vh', overflow: 'auto' }),
  switch: css({ display: 'inline-flex', alignItems: 'center', gap: theme.spacing(0.5) }),
});
