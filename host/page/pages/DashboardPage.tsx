import type { PanelPlugin } from '@grafana/data';
import React, { useEffect, useState } from 'react';
import { useHost } from '../chrome/HostContext';
import { HostPluginPage } from '../chrome/PluginPage';
import { loadPanel } from '../plugins';

/** A dashboard with the app's panel on it. */
export function DashboardPage() {
  const { app } = useHost();
  const [panel, setPanel] = useState<PanelPlugin | 'none'>();
  useEffect(() => {
    loadPanel(app.meta).then(
      (plugin) => setPanel(plugin ?? 'none'),
      (reason) =>
        setPanel(() => {
          throw reason;
        })
    );
  }, [app]);
  return (
    <HostPluginPage pageNav={{ text: 'Dashboard' }}>
      {panel === 'none' && <p>The app brings no panel.</p>}
    </HostPluginPage>
  );
}
