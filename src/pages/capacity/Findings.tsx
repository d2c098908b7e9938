import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, useStyles2 } from '@grafana/ui';
import type { PastableFinding } from '../../../model/capacity';
import { t, Trans } from '../../shared/texts';

/** What to change, each with what it rests on, what it does and what can be pasted. */
export function Findings({ findings }: { findings: readonly PastableFinding[] }) {
  const styles = useStyles2(getStyles);
  return (
    <ol className={styles.list}>
      {findings.map(({ text, paste }, place) => (
        <li key={text.join()} className={styles.finding}>
          {text.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
          {paste !== '' && (
            <div className={styles.paste}>
              <pre
                className={styles.code}
                role="region"
                tabIndex={0}
                aria-label={t('capacity.paste', 'Text to paste {{place}}', { place: place + 1 })}
              >
                {paste}
              </pre>
              <ClipboardButton
                size="sm"
                variant="secondary"
                icon="copy"
                getText={() => paste}
                className={styles.button}
              >
                <Trans i18nKey="capacity.copy">Copy</Trans>
              </ClipboardButton>
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(2), paddingLeft: theme.spacing(3) }),
  finding: css({ maxWidth: '100ch', p: { margin: theme.spacing(0, 0, 1) }, breakInside: 'avoid' }),
  paste: css({ position: 'relative' }),
  code: css({
    ...{ margin: 0, paddingRight: theme.spacing(12), color: theme.colors.text.primary },
    ...{ background: theme.colors.background.canvas, border: `1px solid ${theme.colors.border.weak}` },
    '@media print': { whiteSpace: 'pre-wrap' },
  }),
  button: css({
    ...{ position: 'absolute', top: theme.spacing(1), right: theme.spacing(1) },
    '@media print': { display: 'none' },
  }),
});
