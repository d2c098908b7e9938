import React, { useCallback, useMemo } from 'react';
import { Alert, LoadingPlaceholder, Stack } from '@grafana/ui';
import { nameOfTarget, parseQuestion, type Question } from '../../../model/lookup';
import { findInstances, type Found } from '../../loki/find-instances';
import { LokiSource } from '../../loki/loki-source';
import { useAnswer } from '../use-answer';
import { InstanceList } from './InstanceList';
import { InstanceLog } from './InstanceLog';
import type { Asked } from './search-params';

const DAY_MS = 86_400_000;

/** What a question leads to: the accounts of its container instances and the log of one of them, or what to do. */
export function LookupAnswer({ asked: { q, days, instance }, lokiUid }: { asked: Asked; lokiUid: string }) {
  const question = useMemo(() => parseQuestion(q), [q]);
  const loki = useMemo(() => new LokiSource(lokiUid), [lokiUid]);
  const ask = useCallback(() => {
    const now = Date.now();
    return findInstances(loki, question, { from: now - days * DAY_MS, to: now });
  }, [loki, question, days]);
  const answer = useAnswer<Found>(question.targets.length === 0 ? undefined : ask);
  switch (answer.state) {
    case 'none':
      return <Unreadable {...question} />;
    case 'loading':
      return <LoadingPlaceholder text={`Looking up ${namesOf(question)}`} />;
    case 'failed':
      return (
        <Alert severity="error" title="Loki did not answer">
          {answer.why}. Look again with less time, or see whether the data source works.
        </Alert>
      );
    case 'done': {
      const { instances, isPart } = answer.value;
      const shown = instances.find(({ key }) => key === instance) ?? instances[0];
      return shown === undefined ? (
        <NotFound question={question} days={days} />
      ) : (
        <Stack direction="column" gap={2}>
          {isPart && (
            <Alert severity="info" title="Part of it">
              More was asked for, or found, than is looked up at once. Ask for a single pod, or for less time.
            </Alert>
          )}
          <InstanceList instances={instances} shown={shown} />
          <InstanceLog key={shown.key} loki={loki} instance={shown} />
        </Stack>
      );
    }
  }
}

const namesOf = ({ targets }: Question) => targets.map(nameOfTarget).join(', ');

function Unreadable({ goneNode }: Question) {
  return (
    <Alert severity="warning" title="This names no pod, Job or container">
      {goneNode !== undefined && <p>It says that node {goneNode} is gone. </p>}
      Paste the name of a pod, job/NAME, cronjob/NAME, a container id of 6 digits or more, or the command and its error
      together.
    </Alert>
  );
}

function NotFound({ question, days }: { question: Question; days: number }) {
  const { targets, neverStarted } = question;
  const isPod = targets.some(({ kind }) => kind === 'pod');
  return (
    <Alert severity="warning" title={`Nothing found for ${namesOf(question)}`}>
      <p>
        No account of it was written in the last {days === 1 ? 'day' : `${days} days`}, and no line of it in the last
        day.
      </p>
      {neverStarted && <p>The text says that the container never started: then it has no log.</p>}
      <ul>
        <li>If it is older than that, look further back.</li>
        {isPod && <li>If it is a Job’s name, ask for job/NAME; if a CronJob’s, for cronjob/NAME.</li>}
        {!isPod && <li>If you know the pod’s name, ask for that.</li>}
        <li>If Afterlog’s agent was not on its node, nobody kept its log.</li>
      </ul>
    </Alert>
  );
}
