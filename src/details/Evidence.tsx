import React from 'react';
import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { wordsIn } from '../shared/words';
import type { Case } from '../../model/cases';

/** What a case rests on, oldest first, each with who reported it. */
export function Evidence({ evidence, timeZone }: { evidence: Case['evidence']; timeZone: string }) {
  const styles = useStyles2(getStyles);
  const words = wordsIn(timeZone);
  return (
    <ol className={styles.list}>
      {evidence.map(({ at, source, what }) => (
        <li key={`${at} ${JSON.stringify(what)}`} className={styles.item}>
          <time dateTime={at ?? undefined} className={styles.time}>
            {at === null ? '' : dateTimeFormat(at, { timeZone, format: 'HH:mm:ss' })}
          </time>
          <span>
            <span className={styles.source}>{words.catalogue.sources[source]}</span>
            {words.render(what)}
          </span>
        </li>
      ))}
    </ol>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    listStyle: 'none',
    margin: theme.spacing(1, 0, 0),
    borderLeft: `2px solid ${theme.colors.border.medium}`,
  }),
  item: css({
    display: 'grid',
    gridTemplateColumns: '8ch 1fr',
    gap: theme.spacing(1),
    padding: theme.spacing(0.5, 1.5),
    overflowWrap: 'anywhere',
  }),
  time: css({ color: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
  source: css({ display: 'block', color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
});
