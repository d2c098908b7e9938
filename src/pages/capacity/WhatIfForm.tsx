import React, { useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { Button, Field, Input, Text, useStyles2 } from '@grafana/ui';
import { CHANGE_KEYS, parseChanges, type SettingChanges } from '../../../model/capacity';
import type { Words } from '../../../model/messages';
import { t, Trans } from '../../shared/texts';

/** Other settings, as the address has them. @returns neither where there are none */
export function changesOf(text: string, words: Words): { changes?: SettingChanges; problem?: string } {
  if (text === '') {
    return {};
  }
  const changes = parseChanges(text);
  return 'code' in changes ? { problem: words.render(changes) } : { changes };
}

/** Asks what would have happened under other settings; they stand in the address as `--what-if` has them. */
export function WhatIfForm({ text, problem }: { text: string; problem: string | undefined }) {
  const styles = useStyles2(getStyles);
  const [values, setValues] = useState(() => valuesOf(text));
  const [shown, setShown] = useState(text);
  if (shown !== text) {
    // Changed from elsewhere, by the browser's Back for example.
    setShown(text);
    setValues(valuesOf(text));
  }
  const ask = (entries: ReadonlyMap<string, string>) => {
    const parts = CHANGE_KEYS.flatMap((key) => {
      const value = entries.get(key)?.trim() ?? '';
      return value === '' ? [] : `${key}=${value}`;
    });
    locationService.partial({ whatIf: parts.join(',') || null }, true);
  };
  return (
    <form
      className={styles.form}
      aria-label={t('capacity.what-if', 'What if')}
      onSubmit={(event) => {
        event.preventDefault();
        ask(values);
      }}
    >
      <Text element="h2" variant="h5">
        <Trans i18nKey="capacity.what-if">What if</Trans>
      </Text>
      <p>
        <Trans i18nKey="capacity.what-if-what">
          Replays this time range under other settings; the keys are those of a KubeletConfiguration and a Job.
        </Trans>
      </p>
      <div className={styles.fields}>
        {CHANGE_KEYS.map((key) => (
          <Field key={key} label={key} htmlFor={`what-if-${key}`} className={styles.field}>
            <Input
              id={`what-if-${key}`}
              value={values.get(key) ?? ''}
              onChange={({ currentTarget: { value } }) => setValues((before) => new Map(before).set(key, value))}
            />
          </Field>
        ))}
      </div>
      {problem !== undefined && (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      )}
      <div className={styles.buttons}>
        <Button type="submit" variant="secondary" icon="play">
          <Trans i18nKey="capacity.replay">Replay</Trans>
        </Button>
        {text !== '' && (
          <Button
            variant="secondary"
            fill="text"
            icon="times"
            onClick={() => {
              setValues(new Map());
              ask(new Map());
            }}
          >
            <Trans i18nKey="filters.clear">Clear</Trans>
          </Button>
        )}
      </div>
    </form>
  );
}

const valuesOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split(',').flatMap((part): Array<[string, string]> => {
      const [key = '', value = ''] = part.split('=');
      return key === '' ? [] : [[key.trim(), value.trim()]];
    })
  );

const getStyles = (theme: GrafanaTheme2) => ({
  form: css({
    ...{ padding: theme.spacing(1.5, 2), border: `1px solid ${theme.colors.border.weak}` },
    ...{ borderRadius: theme.shape.radius.default, background: theme.colors.background.primary },
    p: { margin: theme.spacing(0, 0, 1) },
    '@media print': { display: 'none' },
  }),
  fields: css({
    ...{ display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(26ch, 1fr))', gap: theme.spacing(1) },
    marginBottom: theme.spacing(1),
  }),
  field: css({ margin: 0 }),
  problem: css({ color: theme.colors.error.text }),
  buttons: css({ display: 'flex', gap: theme.spacing(1) }),
});
