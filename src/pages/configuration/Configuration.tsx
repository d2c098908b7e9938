import React, { useState } from 'react';
import type { PluginConfigPageProps, AppPluginMeta } from '@grafana/data';
import { DataSourcePicker, getBackendSrv, locationService } from '@grafana/runtime';
import { Alert, Button, Field, Stack } from '@grafana/ui';
import { lastValueFrom } from 'rxjs';
import { PLUGIN_ID } from '../../paths';
import { type JsonData, settingsOf } from '../../settings';
import { SelfCheck } from './SelfCheck';

export type ConfigurationProps = PluginConfigPageProps<AppPluginMeta<JsonData>>;

/** Which Loki has the logs, and whether anything of Afterlog's is in it. */
export default function Configuration({ plugin: { meta } }: ConfigurationProps) {
  const saved = settingsOf(meta.jsonData).lokiUid;
  const [lokiUid, choose] = useState(saved);
  const [failure, setFailure] = useState<string>();
  const save = () => {
    setFailure(undefined);
    saveSettings(meta, { lokiUid }).then(
      () => locationService.reload(),
      (reason) => setFailure(reason instanceof Error ? reason.message : 'Grafana refused it: only an admin may')
    );
  };
  return (
    <Stack direction="column" gap={2}>
      <Field
        label="Loki data source"
        description="The Loki that Afterlog’s agents push logs and records to."
        htmlFor="loki"
      >
        <DataSourcePicker
          inputId="loki"
          type="loki"
          current={lokiUid ?? null}
          noDefault
          placeholder="Choose a Loki data source"
          onChange={({ uid }) => choose(uid)}
        />
      </Field>
      <div>
        <Button onClick={save} disabled={lokiUid === undefined || (meta.enabled === true && lokiUid === saved)}>
          {meta.enabled === true ? 'Save' : 'Save and enable'}
        </Button>
      </div>
      {failure !== undefined && (
        <Alert severity="error" title="Not saved">
          {failure}
        </Alert>
      )}
      {lokiUid !== undefined && <SelfCheck lokiUid={lokiUid} />}
    </Stack>
  );
}

/** Grafana keeps an app's settings itself; pages see new ones after a reload. */
async function saveSettings({ pinned }: ConfigurationProps['plugin']['meta'], jsonData: JsonData): Promise<void> {
  const data = { enabled: true, pinned: pinned ?? true, jsonData };
  await lastValueFrom(getBackendSrv().fetch({ url: `/api/plugins/${PLUGIN_ID}/settings`, method: 'POST', data }));
}
