import React, { useEffect } from 'react';
import type { AppRootProps } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { LookupPage } from './pages/lookup/LookupPage';
import { LOOKUP_PATH } from './paths';
import { type JsonData, settingsOf } from './settings';
import { useLocation } from './use-location';

/** The app's pages; an address that is none of theirs leads to the look-up. */
export default function App({ meta }: AppRootProps<JsonData>) {
  const isKnown = useLocation('pathname') === LOOKUP_PATH;
  useEffect(() => {
    if (!isKnown) {
      locationService.replace(LOOKUP_PATH);
    }
  }, [isKnown]);
  return isKnown ? <LookupPage lokiUid={settingsOf(meta.jsonData).lokiUid} /> : null;
}
