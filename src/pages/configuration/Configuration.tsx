import React, { useMemo, useState } from 'react';
import type { AppPluginMeta, PluginConfigPageProps } from '@grafana/data';
import { DataSourcePicker, getBackendSrv } from '@grafana/runtime';
import { Alert, Button, Field, Input, Stack } from '@grafana/ui';
import { lastValueFrom } from 'rxjs';
import { PLUGIN_ID } from '../../shared/paths';
import { isSelector, type JsonData, RECORD_SELECTOR, type Settings, settingsOf } from '../../shared/settings';
import { t, Trans } from '../../shared/texts';
import { LayoutFields } from './LayoutFields';
import { SelfCheck } from './SelfCheck';

export type ConfigurationProps = PluginConfigPageProps<AppPluginMeta<JsonData>>;

/** Which Loki has the logs and the records, how they are labelled, and whether anything of Afterlog's is in it. */
export default function Configuration({ plugin: { meta } }: ConfigurationProps) {
  const saved = useMemo(() => settingsOf(meta.jsonData), [meta.jsonData]);
  const [settings, setSettings] = useState(saved);
  const [failure, setFailure] = useState<string>();
  const change = (some: Partial<Settings>) => setSettings({ ...settings, ...some });
  const { lokiUid, recordSelector } = settings;
  const isChanged = JSON.stringify(settings) !== JSON.stringify(saved);
  const isValid = lokiUid !== undefined && isSelector(recordSelector);
  const save = () => {
    setFailure(undefined);
    saveSettings(meta, settings).then(
      () => window.location.reload(),
      (reason) =>
        setFailure(
          reason instanceof Error ? reason.message : t('configuration.refused', 'Grafana refused it: only an admin may')
        )
    );
  };
  return (
    <Stack direction="column" gap={2}>
      <Field
        label={t('configuration.loki', 'Loki data source')}
        description={t('configuration.loki-what', 'The Loki that Afterlog’s agents push logs and records to.')}
        htmlFor="loki"
      >
        <DataSourcePicker
          inputId="loki"
          pluginId="loki"
          current={lokiUid ?? null}
          noDefault
          placeholder={t('configuration.loki-choose', 'Choose a Loki data source')}
          onChange={({ uid }) => change({ lokiUid: uid })}
        />
      </Field>
      <Field
        label={t('configuration.records', 'Streams of Afterlog’s records')}
        description={t(
          'configuration.records-what',
          'A stream selector of LogQL. Another one is needed only where something on the way to Loki changes labels.'
        )}
        htmlFor="records"
        invalid={!isSelector(recordSelector)}
        error={t('configuration.records-invalid', 'A selector stands in braces, such as {{example}}', {
          example: RECORD_SELECTOR,
        })}
      >
        <Input
          id="records"
          width={60}
          value={recordSelector}
          onChange={({ currentTarget }) => change({ recordSelector: currentTarget.value })}
        />
      </Field>
      <LayoutFields layout={settings.logs} onChange={(logs) => change({ logs })} />
      <div>
        <Button onClick={save} disabled={!isValid || (meta.enabled === true && !isChanged)}>
          {meta.enabled === true ? (
            <Trans i18nKey="configuration.save">Save</Trans>
          ) : (
            <Trans i18nKey="configuration.save-and-enable">Save and enable</Trans>
          )}
        </Button>
      </div>
      {failure !== undefined && (
        <Alert severity="error" title={t('configuration.not-saved', 'Not saved')}>
          {failure}
        </Alert>
      )}
      {lokiUid !== undefined && isValid && <SelfCheck lokiUid={lokiUid} settings={settings} />}
    </Stack>
  );
}

/** Grafana keeps an app's settings itself; pages see new ones after a reload. */
async function saveSettings({ pinned }: ConfigurationProps['plugin']['meta'], jsonData: JsonData): Promise<void> {
  const data = { enabled: true, pinned: pinned ?? true, jsonData };
  await lastValueFrom(getBackendSrv().fetch({ url: `/api/plugins/${PLUGIN_ID}/settings`, method: 'POST', data }));
}
