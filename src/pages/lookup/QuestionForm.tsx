import React, { type FormEvent, type KeyboardEvent, useState } from 'react';
import { t, Trans } from '../../shared/texts';
import { Button, Field, RadioButtonGroup, Stack, TextArea } from '@grafana/ui';
import { type Asked, DAYS } from './search-params';

/** The field for what was pasted. Enter looks it up, Shift and Enter begins a new line. */
export function QuestionForm({ asked, onAsk }: { asked: Asked; onAsk: (asked: Pick<Asked, 'q' | 'days'>) => void }) {
  const [q, setQ] = useState(asked.q);
  const submit = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    onAsk({ q: q.trim(), days: asked.days });
  };
  const spans = DAYS.map((value) => ({
    value: value as number,
    label: t('lookup.days', '', {
      count: value,
      defaultValue_one: '{{count}} day',
      defaultValue_other: '{{count}} days',
    }),
  }));
  return (
    <form onSubmit={submit}>
      <Field
        label={t('lookup.question', 'Pod, Job, container id, or the whole error of kubectl logs')}
        description="hello-rtkpw · job/hello · 4703b9db1c2e · unable to retrieve container logs for containerd://…"
        htmlFor="question"
      >
        <TextArea
          id="question"
          autoFocus
          rows={3}
          value={q}
          onChange={({ currentTarget }) => setQ(currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && !event.shiftKey && submit(event)}
        />
      </Field>
      <Stack direction="row" gap={2} alignItems="center">
        <Button type="submit" icon="search">
          <Trans i18nKey="lookup.submit">Look up</Trans>
        </Button>
        <RadioButtonGroup
          aria-label={t('lookup.how-far', 'How far back')}
          options={spans}
          value={asked.days}
          onChange={(days) => onAsk({ q: q.trim(), days })}
        />
      </Stack>
    </form>
  );
}
