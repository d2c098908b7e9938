import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '../../shared/texts';
import { Text, useStyles2 } from '@grafana/ui';

/** What can be asked, for a page that nothing was asked on yet. */
export function PasteExamples() {
  const styles = useStyles2(getStyles);
  const examples: ReadonlyArray<readonly [what: string, example: string]> = [
    [t('lookup.example-pod', 'A pod, with or without its namespace'), 'job-test/hello-rtkpw'],
    [t('lookup.example-owner', 'A Job, a CronJob or another owner of pods'), 'job/hello   cronjob/tick   deploy/web'],
    [t('lookup.example-id', 'A container id, 6 digits or more'), 'containerd://4703b9db1c2e'],
    [
      t('lookup.example-error', 'The error of kubectl logs, with its command'),
      '$ kubectl logs hello-rtkpw -n job-test\nunable to retrieve container logs for containerd://…',
    ],
    [
      t('lookup.example-event', 'A row of kubectl get events, or kubectl describe'),
      '8m   Warning   Evicted   pod/hello-rtkpw   The node was low on resource: ephemeral-storage.',
    ],
    [
      t('lookup.example-kubelet', 'Lines of the kubelet’s or the runtime’s log'),
      'pod="job-test/hello-rtkpw" containerName="main"',
    ],
  ];
  return (
    <section>
      <Text element="h2" variant="h4">
        <Trans i18nKey="lookup.examples">What can be pasted</Trans>
      </Text>
      <dl className={styles.list}>
        {examples.map(([what, example]) => (
          <React.Fragment key={what}>
            <dt>{what}</dt>
            <dd>
              <code className={styles.example}>{example}</code>
            </dd>
          </React.Fragment>
        ))}
      </dl>
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    display: 'grid',
    gridTemplateColumns: 'max-content minmax(0, 1fr)',
    gap: theme.spacing(1, 2),
    margin: theme.spacing(1, 0, 0),
    dt: { color: theme.colors.text.secondary },
    dd: { margin: 0 },
    [theme.breakpoints.down('md')]: { gridTemplateColumns: '1fr' },
  }),
  example: css({ margin: 0, padding: 0, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }),
});
