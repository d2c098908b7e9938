import React, { useState } from 'react';
import { PluginPage } from '@grafana/runtime';
import { Alert, LinkButton, Stack } from '@grafana/ui';
import { CONFIGURATION_PATH } from '../../paths';
import { LookupAnswer } from './LookupAnswer';
import { QuestionForm } from './QuestionForm';
import { ask, type Asked, useAsked } from './search-params';

/** What somebody opens at night: paste what is there, and get the log and the reason. */
export function LookupPage({ lokiUid }: { lokiUid: string | undefined }) {
  const asked = useAsked();
  // The same question once more is asked again: what was under way may have arrived.
  const [round, setRound] = useState(0);
  const onAsk = (question: Pick<Asked, 'q' | 'days'>) => {
    ask(question);
    setRound(round + 1);
  };
  return (
    <PluginPage>
      {lokiUid === undefined ? (
        <Alert severity="info" title="No Loki data source is chosen yet">
          <p>Afterlog looks logs up in the Loki that its agents push to. An admin chooses it once.</p>
          <LinkButton href={CONFIGURATION_PATH}>Open the configuration</LinkButton>
        </Alert>
      ) : (
        <Stack direction="column" gap={2}>
          {/* Another question from the address, by the browser's Back for example, is another form. */}
          <QuestionForm key={asked.q} asked={asked} onAsk={onAsk} />
          {asked.q !== '' && <LookupAnswer key={round} asked={asked} lokiUid={lokiUid} />}
        </Stack>
      )}
    </PluginPage>
  );
}
