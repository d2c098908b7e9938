import React, { type ReactNode } from 'react';
import { t, Trans } from '../shared/texts';
import { Alert, Button, ErrorBoundary } from '@grafana/ui';

/** A part of the plugin is no longer on the server: it was updated since Grafana was opened. */
const isOutdated = ({ name, message }: Error) =>
  name === 'ChunkLoadError' || /loading chunk|dynamically imported/i.test(message);

/** Says what went wrong in a page, and offers a way on. */
export function AppErrorBoundary({ children }: { children: ReactNode }) {
  return <ErrorBoundary>{({ error }) => (error === null ? children : <Failure error={error} />)}</ErrorBoundary>;
}

const Failure = ({ error }: { error: Error }) =>
  isOutdated(error) ? (
    <Alert severity="info" title={t('errors.outdated', 'Afterlog was updated')}>
      <p>
        <Trans i18nKey="errors.outdated-what">Parts of this page are of the version before.</Trans>
      </p>
      <Reload />
    </Alert>
  ) : (
    <Alert severity="error" title={t('errors.unexpected', 'Afterlog ran into an error')}>
      <p>{error.message}</p>
      <Reload />
    </Alert>
  );

const Reload = () => (
  <Button icon="sync" onClick={() => window.location.reload()}>
    <Trans i18nKey="errors.reload">Reload the page</Trans>
  </Button>
);
