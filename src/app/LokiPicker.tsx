import React from 'react';
import { getDataSourceSrv, locationService } from '@grafana/runtime';
import { InlineField, Select } from '@grafana/ui';
import { t } from '../shared/texts';
import { useLocation } from '../shared/use-location';

/** In the address, where it is not the app's own. */
const PARAMETER = 'loki';

const lokis = () => getDataSourceSrv().getList({ pluginId: 'loki' });

/** The Loki that pages read: the one in the address if there is such a one, else the app's own. */
export function useLokiUid(own: string | undefined): string | undefined {
  const search = useLocation('search');
  const chosen = new URLSearchParams(search).get(PARAMETER);
  return chosen !== null && lokis().some(({ uid }) => uid === chosen) ? chosen : own;
}

/** Where several clusters report to several Lokis: which of them is read. Nothing where there is one. */
export function LokiPicker({ own, current }: { own: string | undefined; current: string }) {
  const list = lokis();
  if (list.length < 2) {
    return null;
  }
  const choose = (uid: string) => locationService.partial({ [PARAMETER]: uid === own ? null : uid });
  return (
    <InlineField label={t('loki-picker.label', 'Loki data source')} transparent>
      <Select
        aria-label={t('loki-picker.label', 'Loki data source')}
        width={32}
        options={list.map(({ uid, name }) => ({ value: uid, label: name }))}
        value={current}
        onChange={({ value }) => value !== undefined && choose(value)}
      />
    </InlineField>
  );
}
