import React, { useCallback, useEffect, useRef, useState } from 'react';
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2, SelectableValue } from '@grafana/data';
import { t, Trans } from '../texts';
import { Button, Input, MultiSelect, useStyles2 } from '@grafana/ui';
import { CAUSE_IDS, type Cause } from '../../../model/causes';
import { logStatusSchema } from '../../../model/records';
import { causeText, statusText } from '../words';
import { type Filters, NO_FILTERS } from './filters';
import type { Names } from './names';

const ALL: ReadonlyArray<keyof Filters> = ['cluster', 'namespace', 'job', 'node', 'status', 'cause', 'text'];

/** After so long without a key the text counts. */
const TYPING_MS = 250;

/**
 * The filters that pages share.
 *
 * @param names what there is to choose from
 * @param only those of them that a page has
 */
export function FilterBar({
  filters,
  onChange,
  names,
  only = ALL,
}: {
  filters: Filters;
  onChange: (change: Partial<Filters>) => void;
  names: Names;
  only?: ReadonlyArray<keyof Filters>;
}) {
  const styles = useStyles2(getStyles);
  const changeText = useCallback((text: string) => onChange({ text }), [onChange]);
  const causes: Cause[] = [...CAUSE_IDS, 'unknown'];
  const lists: Array<ListProps<keyof Omit<Filters, 'text'>>> = [
    { name: 'namespace', label: t('filters.namespace', 'Namespace'), options: names.namespace.map(plain) },
    { name: 'job', label: t('filters.job', 'Job'), options: names.job.map(plain) },
    { name: 'node', label: t('filters.node', 'Node'), options: names.node.map(plain) },
    {
      name: 'status',
      label: t('filters.status', 'Log in Loki'),
      options: logStatusSchema.options.map((value) => ({ value, label: statusText(value) })),
    },
    {
      name: 'cause',
      label: t('filters.cause', 'Cause'),
      options: causes.map((value) => ({ value, label: causeText(value) })),
    },
  ];
  if (names.cluster.length > 1 || filters.cluster.length > 0) {
    lists.unshift({ name: 'cluster', label: t('filters.cluster', 'Cluster'), options: names.cluster.map(plain) });
  }
  return (
    <div
      className={cx(styles.bar, only === ALL && styles.wide)}
      role="search"
      aria-label={t('filters.label', 'Filters')}
    >
      {only.includes('text') && <TextFilter text={filters.text} onChange={changeText} />}
      {lists
        .filter(({ name }) => only.includes(name))
        .map(({ name, label, options }) => (
          <MultiSelect
            key={name}
            className={styles.list}
            aria-label={label}
            placeholder={label}
            options={options}
            value={[...filters[name]]}
            isClearable
            // Of very many nodes not all have been read: any name can be typed.
            allowCustomValue={name === 'node'}
            closeMenuOnSelect={false}
            onChange={(chosen: Array<SelectableValue<string>>) =>
              onChange({ [name]: chosen.flatMap(({ value }) => value ?? []) })
            }
          />
        ))}
      {only.some((name) => filters[name].length > 0) && (
        <Button variant="secondary" fill="text" icon="times" onClick={() => onChange(NO_FILTERS)}>
          <Trans i18nKey="filters.clear">Clear</Trans>
        </Button>
      )}
    </div>
  );
}

interface ListProps<N> {
  name: N;
  label: string;
  options: Array<SelectableValue<string>>;
}

const plain = (name: string): SelectableValue<string> => ({ value: name, label: name });

function TextFilter({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const styles = useStyles2(getStyles);
  const [typed, setTyped] = useState(text);
  const reported = useRef(text);
  useEffect(() => {
    // Changed from elsewhere, by the browser's Back for example.
    if (text !== reported.current) {
      reported.current = text;
      setTyped(text);
    }
  }, [text]);
  useEffect(() => {
    if (typed === reported.current) {
      return;
    }
    const timer = setTimeout(() => {
      reported.current = typed;
      onChange(typed);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, onChange]);
  const label = t('filters.text', 'Search names and ids');
  return (
    <Input
      className={styles.text}
      type="search"
      aria-label={label}
      placeholder={label}
      value={typed}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
    />
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  bar: css({ display: 'flex', flex: '1 1 50ch', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
  wide: css({ flexBasis: '80ch' }),
  text: css({ flex: '1 1 17ch', minWidth: '17ch', maxWidth: '28ch' }),
  list: css({ flex: '1 1 15ch', width: 'auto', minWidth: '15ch', maxWidth: '22ch' }),
});
