import { PluginContextProvider } from '@grafana/data';
import { ErrorBoundaryAlert } from '@grafana/ui';
import React, { useState } from 'react';
import { useHost } from '../chrome/HostContext';
import { HostPluginPage } from '../chrome/PluginPage';
import { sampleContexts, sampleProps } from './sample-contexts';

/** What the app adds to Grafana's pages, and what it offers to other plugins. */
export function ExtensionsPage() {
  const { app, extensions } = useHost();
  const [contexts] = useState(() => sampleContexts(Date.now()));
  const points = [...new Set(extensions.links.flatMap(({ targets }) => targets))].sort();
  return (
    <HostPluginPage pageNav={{ text: 'Extensions' }}>
      <h2>Links</h2>
      {points.length === 0 && <p>The app adds no links.</p>}
      {points.map((id) => (
        <section key={id} aria-label={id}>
          <h3>{id}</h3>
          <ul>
            {extensions.linksAt({ extensionPointId: id, context: contexts[id] }).map(({ title, path, description }) => (
              <li key={title}>
                {path === undefined ? title : <a href={path}>{title}</a>}: {description}
              </li>
            ))}
          </ul>
        </section>
      ))}
      <h2>Exposed components</h2>
      {app.exposedComponentConfigs.length === 0 && <p>The app exposes no components.</p>}
      {app.exposedComponentConfigs.map(({ id, title, description, component: Component }) => (
        <section key={id} aria-label={id}>
          <h3>{id}</h3>
          <p>
            {title}: {description}
          </p>
          <PluginContextProvider meta={app.meta}>
            <ErrorBoundaryAlert>
              <Component {...sampleProps[id]} />
            </ErrorBoundaryAlert>
          </PluginContextProvider>
        </section>
      ))}
    </HostPluginPage>
  );
}
