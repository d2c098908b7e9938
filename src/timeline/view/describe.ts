import { formattedValueToString, getValueFormat } from '@grafana/data';
import { span } from '../../../model/cases/moment';
import { t } from '../../shared/texts';
import type { LogStatus } from '../../../model/records';
import { clockOf, timeLabel } from '../geometry/ticks';
import type { Zone } from '../geometry/time-zone';
import type { ActivityKind } from '../model/activity';
import type { ContainerLife, Exit } from '../model/container-life';
import type { Crossing, Rise } from '../model/crossings';
import type { NodeLane } from '../model/node-lane';
import type { MarkKind, NodeMark } from '../model/node-marks';
import type { UnobservedKind } from '../model/unobserved';
import type { View } from '../geometry/view';
import type { Limit } from '../model/node-limits';
import type { Row } from '../model/timeline-model';
import { causeText } from '../../shared/words';

/** What is read aloud, and what stands in tooltips and tables: the picture in words. */

export function statusText(status: LogStatus): string {
  const texts: Record<LogStatus, string> = {
    complete: t('timeline.status.complete', 'in Loki, complete'),
    rescued: t('timeline.status.rescued', 'in Loki, rescued after it had left the node'),
    partial: t('timeline.status.partial', 'in Loki in part'),
    lost: t('timeline.status.lost', 'lost'),
    pending: t('timeline.status.pending', 'on its way to Loki'),
    unknown: t('timeline.status.unknown', 'not known whether it is in Loki'),
  };
  return texts[status];
}

export function exitText(exit: Exit, code: number | null = null, reason: string | null = null): string {
  const why = [reason, code === null ? null : t('timeline.exit.code', 'exit code {{code}}', { code })]
    .filter((part) => part !== null)
    .join(', ');
  const texts: Record<Exit, string> = {
    complete: t('timeline.exit.complete', 'complete'),
    failed: t('timeline.exit.failed', 'failed'),
    running: t('timeline.exit.running', 'running'),
    unknown: t('timeline.exit.unknown', 'its end was not seen'),
  };
  return exit === 'failed' && why !== ''
    ? t('timeline.exit.with-reason', '{{exit}} ({{why}})', { exit: texts[exit], why })
    : texts[exit];
}

export const lifeTitle = ({ pod, container, restart }: ContainerLife): string =>
  restart === 0
    ? `${pod} / ${container}`
    : t('timeline.life.restarted', '{{pod}} / {{container}}, restart {{restart}}', {
        pod,
        container,
        restart,
      });

/** `23:13:46 – 23:13:47`. */
export function ranText({ started, ended }: ContainerLife, zone: Zone): string {
  return ended === undefined ? `${clockOf(started, zone)} –` : `${clockOf(started, zone)} – ${clockOf(ended, zone)}`;
}

/** Where `kubectl logs` stands. */
export function nodeLogText(life: ContainerLife, zone: Zone): string {
  const { gone, cause, node } = life;
  if (gone !== undefined) {
    const at = clockOf(gone, zone);
    return cause === undefined
      ? t('timeline.log.gone', 'left the node at {{at}}', { at })
      : t('timeline.log.gone-by', 'left the node at {{at}}: {{cause}}', { at, cause: causeText(cause) });
  }
  return cause === 'C15'
    ? t('timeline.log.rotated', 'its beginning was rotated away, the rest is on {{node}}', { node })
    : t('timeline.log.on-node', 'on {{node}}, readable by kubectl', { node });
}

/** A life in a sentence. */
export function lifeSentence(life: ContainerLife, zone: Zone): string {
  return t('timeline.life.sentence', '{{title}}: {{ran}}, {{exit}}. Log: {{log}}; {{status}}.', {
    title: lifeTitle(life),
    ran: ranText(life, zone),
    exit: exitText(life.exit, life.exitCode, life.exitReason),
    log: nodeLogText(life, zone),
    status: statusText(life.status),
  });
}

/** What a row holds, for those who do not see it. */
export function rowSummary(row: Row, lives: readonly ContainerLife[], zone: Zone): string {
  const own = lives.slice(row.first, row.last);
  const gone = own.filter((life) => life.gone !== undefined);
  const statuses = new Map<LogStatus, number>();
  own.forEach(({ status }) => statuses.set(status, (statuses.get(status) ?? 0) + 1));
  return t(
    'timeline.row.summary',
    '{{from}} – {{to}}; containers: {{count}}, failed: {{failed}}; logs gone from the node: {{gone}}; logs: {{statuses}}',
    {
      from: clockOf(row.start, zone),
      to: clockOf(row.end, zone),
      count: own.length,
      failed: row.failed,
      gone: gone.length,
      statuses: [...statuses].map(([status, count]) => `${count} ${statusText(status)}`).join(', '),
    }
  );
}

export function markName(kind: MarkKind): string {
  const names: Record<MarkKind, string> = {
    'container-gc': t('timeline.mark.container-gc', 'Containers removed'),
    'image-gc': t('timeline.mark.image-gc', 'Images removed'),
    eviction: t('timeline.mark.eviction', 'Pods evicted'),
    rejection: t('timeline.mark.rejection', 'Pods rejected'),
    'node-added': t('timeline.mark.node-added', 'Node added'),
    'node-removed': t('timeline.mark.node-removed', 'Node removed'),
  };
  return names[kind];
}

/** What stands on a limit's line. */
export function limitLabel({ what, signal, use }: Limit): string {
  const percent = `${(use * 100).toFixed(0)} %`;
  const filesystem = signal.replace('.available', '');
  switch (what) {
    case 'image-gc-high':
      return t('timeline.limit-label.image-gc-high', 'image GC high {{percent}}', { percent });
    case 'image-gc-low':
      return t('timeline.limit-label.image-gc-low', 'image GC low {{percent}}', { percent });
    case 'hard':
      return t('timeline.limit-label.hard', '{{filesystem}} eviction {{percent}}', { filesystem, percent });
    case 'soft':
      return t('timeline.limit-label.soft', '{{filesystem}} soft eviction {{percent}}', { filesystem, percent });
  }
}

export function limitText({ what, signal, configured }: Limit): string {
  switch (what) {
    case 'image-gc-high':
      return t('timeline.limit.image-gc-high', 'image GC begins at {{configured}}', { configured });
    case 'image-gc-low':
      return t('timeline.limit.image-gc-low', 'image GC ends at {{configured}}', { configured });
    case 'hard':
      return t('timeline.limit.hard', 'eviction at {{signal}} < {{configured}}', { signal, configured });
    case 'soft':
      return t('timeline.limit.soft', 'soft eviction at {{signal}} < {{configured}}', {
        signal,
        configured,
      });
  }
}

export const viewText = (view: { from: number; to: number }, zone: Zone): string =>
  t('timeline.view-shown', 'Shown: {{from}} to {{to}}', {
    from: timeLabel(view.from, zone, 1000),
    to: timeLabel(view.to, zone, 1000),
  });

/** `1.5 GB`: decimal, as disks are sold; empty for what is not known. */
export const bytesText = (bytes: number): string =>
  Number.isNaN(bytes) ? '' : formattedValueToString(getValueFormat('decbytes')(bytes, 1));

export const percentText = (part: number): string => `${(part * 100).toFixed(0)} %`;

export function unobservedText(what: UnobservedKind): string {
  const texts: Record<UnobservedKind, string> = {
    agent: t('timeline.unobserved.agent', 'no agent'),
    disk: t('timeline.unobserved.disk', 'disk not measured'),
    watch: t('timeline.unobserved.watch', 'no watch'),
    'kubelet-log': t('timeline.unobserved.kubelet-log', 'kubelet log not read'),
  };
  return texts[what];
}

/** What is not known because of it. */
export function unobservedMeaning(what: UnobservedKind): string {
  const texts: Record<UnobservedKind, string> = {
    agent: t('timeline.unobserved.agent-what', 'No agent observed the node: logs may have been removed unseen.'),
    disk: t('timeline.unobserved.disk-what', 'The agent wrote no disk sample.'),
    watch: t(
      'timeline.unobserved.watch-what',
      'The API server was not watched: conditions, Events and pods may be missing.'
    ),
    'kubelet-log': t(
      'timeline.unobserved.kubelet-log-what',
      'The kubelet’s log was not read: reclaims are inferred from files only.'
    ),
  };
  return texts[what];
}

const foundUseText = ({ use, isAtLeast }: Crossing): string => (isAtLeast ? `≥ ${percentText(use)}` : percentText(use));

const rateText = ({ bytesPerSecond }: Rise): string =>
  Number.isNaN(bytesPerSecond) ? '' : `+${bytesText(bytesPerSecond)}/s`;

/** What stands at the sign of what the kubelet found: `kubelet ≥ 85 %, +49 MB/s`. */
export function crossingLabel(crossing: Crossing): string {
  const found = t('timeline.crossing.label', 'kubelet {{use}}', { use: foundUseText(crossing) });
  const rate = crossing.rise ? rateText(crossing.rise) : '';
  return rate === '' ? found : `${found}, ${rate}`;
}

/** The same in sentences. */
export function crossingTexts(crossing: Crossing, zone: Zone): string[] {
  const { time, filesystem, limit, rise, reportedBy } = crossing;
  const values = {
    at: clockOf(time, zone),
    filesystem,
    use: foundUseText(crossing),
    limit: limit ? limitText(limit) : '',
    source:
      reportedBy === 'event'
        ? t('timeline.crossing.event', 'Event EvictionThresholdMet')
        : t('timeline.crossing.kubelet-log', 'kubelet log'),
  };
  const found =
    limit === undefined
      ? t('timeline.crossing.found', 'At {{at}} the kubelet found {{filesystem}} at {{use}} ({{source}}).', values)
      : t(
          'timeline.crossing.found-limit',
          'At {{at}} the kubelet found {{filesystem}} at {{use}} ({{source}}; {{limit}}).',
          values
        );
  return rise === undefined ? [found] : [found, riseText(rise, time)];
}

/** How the disk filled before: the kubelet's own measure is newer than the last sample. */
function riseText({ from, to, fromUse, toUse, bytesPerSecond }: Rise, time: number): string {
  return t(
    'timeline.crossing.rise',
    'Before it, use rose from {{from}} to {{to}} in {{duration}} ({{rate}}/s); the last measured change is {{age}} older.',
    {
      from: percentText(fromUse),
      to: percentText(toUse),
      duration: span(to - from),
      rate: bytesText(bytesPerSecond),
      age: span(time - to),
    }
  );
}

export function activityKindText(kind: ActivityKind): string {
  const texts: Record<ActivityKind, string> = {
    event: t('timeline.activity.event', 'Event'),
    image: t('timeline.activity.image', 'image'),
    reclaim: t('timeline.activity.reclaim', 'kubelet log'),
    agent: t('timeline.activity.agent', 'agent'),
  };
  return texts[kind];
}

/** `23:15:38 Containers removed: 34`. */
export const markText = ({ kind, from, count, bytes }: NodeMark, zone: Zone): string =>
  `${clockOf(from, zone)} ${markName(kind)}: ${count}${bytes > 0 ? ` (${bytesText(bytes)})` : ''}`;

/** Of so many of a kind times are read aloud; of more, how many there are. */
const MOST_TIMES = 5;

/** What the picture shows of a node in a view, for those who do not see it. */
export function laneSummary(
  { pressures, crossings, marks, unobserved }: NodeLane,
  view: View,
  zone: Zone,
  now: number
) {
  const isIn = (from: number, to: number) => to >= view.from && from <= view.to;
  const range = (from: number, to: number) => `${clockOf(from, zone)} – ${clockOf(to, zone)}`;
  const parts = [
    ...pressures
      .filter(({ from, to = now }) => isIn(from, to))
      .map(({ from, to = now }) => `${t('timeline.pressure', 'DiskPressure')} ${range(from, to)}`),
    ...crossings.filter(({ time }) => isIn(time, time)).map((one) => crossingTexts(one, zone).join(' ')),
    ...marks.filter(({ from, to }) => isIn(from, to)).map((mark) => markText(mark, zone)),
    ...unobserved
      .filter(({ from, to }) => isIn(from, to))
      .map(
        ({ what, from, to }) => `${unobservedText(what)} ${range(Math.max(from, view.from), Math.min(to, view.to))}`
      ),
  ];
  const rest = parts.length - 4 * MOST_TIMES;
  return rest > 0
    ? [...parts.slice(0, 4 * MOST_TIMES), t('timeline.lane.more', 'and {{count}} more', { count: rest })].join('; ')
    : parts.join('; ');
}
