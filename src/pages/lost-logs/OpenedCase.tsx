import React, { useCallback, useState } from 'react';
import { Alert, Drawer, LoadingPlaceholder } from '@grafana/ui';
import type { CaseSummary } from '../../../model/case-records';
import type { Case } from '../../../model/cases';
import { sentenceText } from '../../../model/messages/case-text';
import type { ContainerRecord } from '../../../model/records';
import { useLoki } from '../../app/app-context';
import { caseOfSummary, readCaseEvidence } from '../../data/records';
import { CaseBody, useDrawer } from '../../details/case-details';
import { t } from '../../shared/texts';
import { type Answer, useAnswer } from '../../shared/use-answer';
import { wordsIn } from '../../shared/words';

/**
 * A case in a drawer. What a case record does not report, what the case rests on, is worked out now.
 *
 * @param known the whole case, where it was worked out already
 */
export function OpenedCase({
  summary,
  known,
  record,
  timeZone,
  timelineHref,
  onClose,
}: {
  summary: CaseSummary;
  known: Case | undefined;
  record: ContainerRecord | undefined;
  timeZone: string;
  timelineHref: string;
  onClose: () => void;
}) {
  const loki = useLoki();
  const [of] = useState(() => caseOfSummary(summary, Date.now()));
  const read = useCallback((signal: AbortSignal) => readCaseEvidence(loki, of, signal), [loki, of]);
  const answer = useAnswer(known === undefined ? read : undefined);
  const whole = known ?? (answer.state === 'done' ? answer.value.one : undefined);
  useDrawer(onClose);
  return (
    <Drawer title={`${summary.pod}/${summary.container}`} subtitle={summary.namespace} size="md" onClose={onClose}>
      {whole !== undefined ? (
        <CaseBody
          one={whole}
          record={record ?? (answer.state === 'done' ? answer.value.record : undefined)}
          timeZone={timeZone}
          timelineHref={timelineHref}
        />
      ) : (
        <>
          <p>{sentenceText(summary, wordsIn(timeZone))}</p>
          <ReadingEvidence answer={answer} />
        </>
      )}
    </Drawer>
  );
}

function ReadingEvidence({ answer }: { answer: Answer<unknown> }) {
  switch (answer.state) {
    case 'failed':
      return (
        <Alert severity="error" title={t('lost-logs.no-evidence', 'The evidence could not be read')}>
          {answer.why}
        </Alert>
      );
    case 'done':
      return (
        <Alert
          severity="info"
          title={t('lost-logs.evidence-gone', 'The records of this container are no longer in Loki')}
        />
      );
    default:
      return <LoadingPlaceholder text={t('lost-logs.reading-evidence', 'Reading the evidence')} />;
  }
}
