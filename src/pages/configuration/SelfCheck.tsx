import React, { useCallback, useState } from 'react';
import { Alert, Button, LoadingPlaceholder } from '@grafana/ui';
import { count, moment } from '../../../model/lookup';
import { formatNs } from '../../../model/time';
import { LokiSource } from '../../loki/loki-source';
import { type Findings, selfCheck } from '../../loki/self-check';
import { useAnswer } from '../use-answer';

/** Says what of Afterlog's is in the Loki chosen, and what to look at where something is missing. */
export function SelfCheck({ lokiUid }: { lokiUid: string }) {
  const [since, setSince] = useState(Date.now);
  const ask = useCallback(() => selfCheck(new LokiSource(lokiUid), since), [lokiUid, since]);
  const answer = useAnswer(ask);
  return (
    <section aria-label="Self-check" aria-live="polite">
      {answer.state === 'loading' && <LoadingPlaceholder text="Asking Loki" />}
      {answer.state === 'failed' && (
        <Alert severity="error" title="Loki did not answer">
          {answer.why}. Test the data source on its own page in Grafana.
        </Alert>
      )}
      {answer.state === 'done' && <Found {...answer.value} />}
      <Button
        variant="secondary"
        icon="sync"
        onClick={() => setSince(Date.now())}
        disabled={answer.state === 'loading'}
      >
        Check again
      </Button>
    </section>
  );
}

function Found({ containerRecords, newestLine }: Findings) {
  const { namespace, pod, workload } = newestLine?.fields ?? {};
  return (
    <>
      {containerRecords > 0 ? (
        <Alert severity="success" title={`${count(containerRecords, 'container record')} in the last 24 hours`} />
      ) : (
        <Alert severity="warning" title="No container records in the last 24 hours">
          Afterlog’s agent writes one when a container ends. Is it running on the nodes, and does it push to this Loki
          and this tenant? <code>afterlog doctor</code> on a node tells.
        </Alert>
      )}
      {newestLine !== undefined ? (
        <Alert severity="success" title="Container log lines are there">
          The newest is from {moment(formatNs(newestLine.ns))}, of {namespace}/{pod ?? workload}.
        </Alert>
      ) : (
        <Alert severity="warning" title="No container log lines in the last 24 hours">
          Streams with the labels namespace, container and workload are looked for, as Afterlog’s agent writes them.
        </Alert>
      )}
    </>
  );
}
