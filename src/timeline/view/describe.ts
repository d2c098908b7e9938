import { t } from '../../shared/texts';
import type { LogStatus } from '../../../model/records';
import { clockOf, timeLabel } from '../geometry/ticks';
import type { Zone } from '../geometry/time-zone';
import type { ContainerLife, Exit } from '../model/container-life';
import type { MarkKind } from '../model/node-marks';
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
