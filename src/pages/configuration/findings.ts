import type { LogLayout } from '../../../model/log-layouts';
import type { Findings } from '../../data/self-check';
import { t } from '../../shared/texts';

/** Something that is there, or is missing. */
export interface Finding {
  isGood: boolean;
  title: string;
  /** What it means, and what to do. */
  what?: string;
}

/** What a self-check found, in words. @param timeText milliseconds since 1970 as text */
export function findingsIn(found: Findings, layout: LogLayout, timeText: (ms: number) => string): Finding[] {
  return [
    nodes(found),
    containerRecords(found),
    metadata(found),
    api(found),
    rights(found),
    disks(found),
    lines(found, layout, timeText),
  ].flatMap((finding) => finding ?? []);
}

const MOST_NAMED = 5;

const countOf = ({ records }: Findings, ...kinds: string[]) =>
  kinds.reduce((sum, kind) => sum + (records.get(kind) ?? 0), 0);

function containerRecords(found: Findings): Finding {
  const count = countOf(found, 'container');
  return count > 0
    ? {
        isGood: true,
        title: t('check.containerRecords', '', {
          count,
          defaultValue_one: '{{count}} container record',
          defaultValue_other: '{{count}} container records',
        }),
      }
    : {
        isGood: false,
        title: t('check.no-container-records', 'No container records'),
        what: t(
          'check.no-container-records-what',
          'Afterlog’s agent writes one when a container ends. Is it running on the nodes, and does it push to this Loki and this tenant? `afterlog doctor` on a node tells.'
        ),
      };
}

/** A record of one node does not mean that the others are observed. */
function nodes({ coverage }: Findings): Finding | undefined {
  const { nodes: all } = coverage;
  if (all.length === 0) {
    return undefined;
  }
  const withProblem = all.filter(({ problems }) => problems.length > 0).map(({ node }) => node);
  return withProblem.length === 0
    ? {
        isGood: true,
        title: t('check.nodes', '', {
          count: all.length,
          defaultValue_one: 'Agents report from {{count}} node',
          defaultValue_other: 'Agents report from all {{count}} nodes',
        }),
      }
    : {
        isGood: false,
        title: t('check.nodes-with-problem', '{{count}} of {{all}} nodes are not observed in full', {
          ...{ count: withProblem.length, all: all.length },
        }),
        what: t('check.nodes-with-problem-what', 'Among them: {{nodes}}. The page “Coverage” tells why.', {
          nodes: withProblem.slice(0, MOST_NAMED).join(', '),
        }),
      };
}

const metadata = ({ hasMetadata }: Findings): Finding | undefined =>
  hasMetadata === false
    ? {
        isGood: false,
        title: t('check.no-metadata', 'Records have no structured metadata'),
        what: t(
          'check.no-metadata-what',
          'Look-ups by id rest on it. Loki stores it with schema v13 and allow_structured_metadata.'
        ),
      }
    : undefined;

function api(found: Findings): Finding {
  const count = countOf(found, 'pod', 'job');
  return count > 0
    ? {
        isGood: true,
        title: t('check.api', '', {
          count,
          defaultValue_one: '{{count}} record of pods and Jobs',
          defaultValue_other: '{{count}} records of pods and Jobs',
        }),
      }
    : {
        isGood: false,
        title: t('check.no-api', 'No records of pods and Jobs'),
        what: t(
          'check.no-api-what',
          '`afterlog watch` writes them. Without it many causes are not known, and nobody tells of containers that no agent opened.'
        ),
      };
}

function rights({ watch }: Findings): Finding | undefined {
  const forbidden = Object.entries(watch?.kinds ?? {}).flatMap(([kind, { state }]) =>
    state === 'forbidden' ? kind : []
  );
  return forbidden.length === 0
    ? undefined
    : {
        isGood: false,
        title: t('check.forbidden', '`afterlog watch` may not read: {{kinds}}', { kinds: forbidden.join(', ') }),
        what: t('check.forbidden-what', 'Its ClusterRole stands in deploy/manifests/watch-rbac.yaml.'),
      };
}

function disks(found: Findings): Finding {
  const count = countOf(found, 'disk');
  return count > 0
    ? {
        isGood: true,
        title: t('check.disks', '', {
          count,
          defaultValue_one: '{{count}} sample of nodes’ disks',
          defaultValue_other: '{{count}} samples of nodes’ disks',
        }),
      }
    : {
        isGood: false,
        title: t('check.no-disks', 'No samples of nodes’ disks'),
        what: t('check.no-disks-what', 'The agent writes them: the timeline draws disk use and thresholds from them.'),
      };
}

function lines({ newestLine }: Findings, layout: LogLayout, timeText: (ms: number) => string): Finding {
  const { [layout.namespace]: namespace = '', [layout.pod]: pod, workload } = newestLine?.fields ?? {};
  return newestLine === undefined
    ? {
        isGood: false,
        title: t('check.no-lines', 'No lines of containers’ logs'),
        what: t('check.no-lines-what', 'Streams with the labels {{labels}} were looked for.', {
          labels: [layout.namespace, layout.container, ...(layout.podIs === 'label' ? [layout.pod] : [])].join(', '),
        }),
      }
    : {
        isGood: true,
        title: t('check.lines', 'Lines of containers’ logs; the newest is from {{time}}, of {{namespace}}/{{name}}', {
          time: timeText(Number(newestLine.ns / 1_000_000n)),
          namespace,
          name: pod ?? workload ?? '',
        }),
      };
}
