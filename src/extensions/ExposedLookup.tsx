import React from 'react';
import { getTimeZone, usePluginContext } from '@grafana/data';
import { AppContextProvider } from '../app/app-context';
import { NoDataSource } from '../app/NoDataSource';
import { LookupAnswer } from '../pages/lookup/LookupAnswer';
import { settingsOf } from '../shared/settings';

/** What another plugin gives the look-up that it shows. */
export interface ExposedLookupProps {
  /** A pod, a Job, a container id, or the text of an error of `kubectl logs`. */
  question: string;
  /** How far to look back, in days. */
  days?: number;
}

/** The answer of the look-up, for other plugins: where a container's log is, what took it, and the log itself. */
export default function ExposedLookup({ question, days = 7 }: ExposedLookupProps) {
  const settings = settingsOf(usePluginContext()?.meta.jsonData);
  return settings.lokiUid === undefined ? (
    <NoDataSource />
  ) : (
    <AppContextProvider settings={settings} lokiUid={settings.lokiUid}>
      <LookupAnswer asked={{ q: question, days, run: undefined }} timeZone={getTimeZone()} />
    </AppContextProvider>
  );
}
