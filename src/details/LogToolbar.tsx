import React, { type FormEvent, type ReactNode, useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '../shared/texts';
import { Button, Checkbox, Input, useStyles2 } from '@grafana/ui';
import type { LogSearch } from '../data/log-search';

interface LogToolbarProps {
  search: LogSearch | undefined;
  onSearch: (search: LogSearch | undefined) => void;
  isWrapped: boolean;
  onWrap: (isWrapped: boolean) => void;
  /** undefined: nothing more will be written. */
  isLive: boolean | undefined;
  onLive: (isLive: boolean) => void;
  children: ReactNode;
}

/** How a log is shown: only lines with a text, with long lines wrapped, and as it grows. */
export function LogToolbar({ search, onSearch, isWrapped, onWrap, isLive, onLive, children }: LogToolbarProps) {
  const styles = useStyles2(getStyles);
  const [text, setText] = useState('');
  const [isCaseSensitive, setCaseSensitive] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSearch(text === '' ? undefined : { text, isCaseSensitive });
  };
  const clear = () => {
    setText('');
    onSearch(undefined);
  };
  return (
    <div className={styles.bar} role="toolbar" aria-label={t('log.toolbar', 'Log')}>
      <form className={styles.search} role="search" onSubmit={submit}>
        <Input
          aria-label={t('log.search', 'Search in the log')}
          placeholder={t('log.search', 'Search in the log')}
          width={32}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Button
          type="button"
          variant="secondary"
          fill={isCaseSensitive ? 'solid' : 'outline'}
          aria-pressed={isCaseSensitive}
          aria-label={t('log.case', 'Match case')}
          tooltip={t('log.case', 'Match case')}
          onClick={() => setCaseSensitive(!isCaseSensitive)}
        >
          Aa
        </Button>
        <Button type="submit" variant="secondary" icon="search">
          <Trans i18nKey="log.find">Search</Trans>
        </Button>
        {search !== undefined && (
          <Button type="button" variant="secondary" fill="text" icon="times" onClick={clear}>
            <Trans i18nKey="log.show-all">Show all lines</Trans>
          </Button>
        )}
      </form>
      <Checkbox label={t('log.wrap', 'Wrap lines')} value={isWrapped} onChange={() => onWrap(!isWrapped)} />
      {isLive !== undefined && (
        <Checkbox label={t('log.live', 'Live')} value={isLive} onChange={() => onLive(!isLive)} />
      )}
      {children}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  bar: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
  search: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0.5) }),
});
