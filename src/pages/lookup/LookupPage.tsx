import React, { useState } from 'react';
import { getTimeZone } from '@grafana/data';
import { Stack } from '@grafana/ui';
import { LookupAnswer } from './LookupAnswer';
import { PasteExamples } from './PasteExamples';
import { QuestionForm } from './QuestionForm';
import { ask, type Asked, useAsked } from './search-params';

/** What somebody opens at night: paste what is there, and get the log and the reason. */
export default function LookupPage() {
  const asked = useAsked();
  // The same question once more is asked again: what was under way may have arrived.
  const [round, setRound] = useState(0);
  const onAsk = (question: Pick<Asked, 'q' | 'days'>) => {
    ask(question);
    setRound(round + 1);
  };
  return (
    <Stack direction="column" gap={2}>
      {/* Another question from the address, by the browser's Back for example, is another form. */}
      <QuestionForm key={asked.q} asked={asked} onAsk={onAsk} />
      {asked.q === '' ? <PasteExamples /> : <LookupAnswer key={round} asked={asked} timeZone={getTimeZone()} />}
    </Stack>
  );
}
