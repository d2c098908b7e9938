import React from 'react';
import { css } from '@emotion/css';
import { formattedValueToString, getValueFormat, type GrafanaTheme2 } from '@grafana/data';
import { t } from '../../shared/texts';
import { useStyles2 } from '@grafana/ui';
import { ms, span } from '../../../model/cases/moment';
import { sentenceText } from '../../../model/messages/case-text';
import { clockOf, timeLabel } from '../geometry/ticks';
import type { Zone } from '../geometry/time-zone';
import type { MarkPlace } from '../geometry/mark-places';
import type { Annotation } from '../model/annotation';
import { useOfDiskAt } from '../model/disk-use';
import type { ContainerLife } from '../model/container-life';
import type { NodeLane } from '../model/node-lane';
import { exitText, lifeTitle, limitText, markName, nodeLogText, ranText, statusText } from './describe';
import { StatusIcon } from './StatusIcon';
import { wordsWith } from '../../shared/words';

/** What a tooltip tells of. */
export type Told =
  | { kind: 'life'; life: ContainerLife }
  | { kind: 'mark'; mark: MarkPlace }
  | { kind: 'lane'; lane: NodeLane; time: number }
  | { kind: 'annotation'; annotation: Annotation };

export interface TooltipProps {
  told: Told;
  zone: Zone;
  /** In the frame of the timeline. Pixels. */
  x: number;
  y: number;
  /** The frame's size: the tooltip stays inside. */
  width: number;
  height: number;
}

/** What is under the pointer. The live region and the drawer say the same to those who use no pointer. */
export function Tooltip({ told, zone, x, y, width, height }: TooltipProps) {
  const styles = useStyles2(getStyles);
  const side = x > width * 0.6 ? { right: width - x + 14 } : { left: x + 14 };
  const edge = y > height * 0.6 ? { bottom: height - y + 14 } : { top: y + 14 };
  return (
    <div className={styles.tooltip} style={{ ...side, ...edge }} aria-hidden="true">
      {told.kind === 'life' && <LifeText life={told.life} zone={zone} />}
      {told.kind === 'mark' && <MarkText mark={told.mark} zone={zone} />}
      {told.kind === 'lane' && <LaneText lane={told.lane} time={told.time} zone={zone} />}
      {told.kind === 'annotation' && <AnnotationText annotation={told.annotation} zone={zone} />}
    </div>
  );
}

function LifeText({ life, zone }: { life: ContainerLife; zone: Zone }) {
  const styles = useStyles2(getStyles);
  const lasted = life.ended === undefined ? '' : ` (${span(life.ended - life.started)})`;
  return (
    <>
      <strong>{lifeTitle(life)}</strong>
      <dl className={styles.facts}>
        <dt>{t('timeline.tooltip.container', 'Container')}</dt>
        <dd>
          {ranText(life, zone)}
          {lasted}, {exitText(life.exit, life.exitCode, life.exitReason)}
        </dd>
        <dt>{t('timeline.tooltip.on-node', 'Log on the node')}</dt>
        <dd>{nodeLogText(life, zone)}</dd>
        <dt>{t('timeline.tooltip.in-loki', 'Log in Loki')}</dt>
        <dd className={styles.status}>
          <StatusIcon status={life.status} /> {statusText(life.status)}
        </dd>
      </dl>
      {life.case && <p className={styles.sentence}>{sentenceText(life.case, wordsWith(timesIn(zone)))}</p>}
    </>
  );
}

/** Times of sentences as the axis has them. */
const timesIn = (zone: Zone) => ({
  time: (instant: string) => timeLabel(ms(instant) ?? 0, zone, 1000),
  clock: (instant: string) => clockOf(ms(instant) ?? 0, zone),
});

function MarkText({ mark, zone }: { mark: MarkPlace; zone: Zone }) {
  const styles = useStyles2(getStyles);
  const size = formattedValueToString(getValueFormat('decbytes')(mark.bytes, 1));
  return (
    <>
      <strong>
        {markName(mark.kind)}: {mark.count}
        {mark.bytes > 0 && ` (${size})`}
      </strong>
      <p className={styles.sentence}>
        {timeLabel(mark.from, zone, 1)}
        {mark.to > mark.from && ` – ${clockOf(mark.to, zone)} (${duration(mark.to - mark.from)})`}
      </p>
      {mark.isInferred && (
        <p className={styles.sentence}>
          {t(
            'timeline.tooltip.inferred',
            'Inferred from directories that were emptied together; no kubelet log was read.'
          )}
        </p>
      )}
      {mark.marks > 1 && (
        <p className={styles.sentence}>
          {t('timeline.tooltip.several', '{{count}} times; zoom in to tell them apart', { count: mark.marks })}
        </p>
      )}
      {mark.hidden > 0 && (
        <p className={styles.sentence}>
          {t('timeline.tooltip.hidden', '', {
            count: mark.hidden,
            defaultValue_one: '{{count}} more event has no room here; zoom in to see it',
            defaultValue_other: '{{count}} more events have no room here; zoom in to see them',
          })}
        </p>
      )}
    </>
  );
}

const duration = (ms: number): string => (ms < 1000 ? `${ms} ms` : span(ms));

function LaneText({ lane, time, zone }: { lane: NodeLane; time: number; zone: Zone }) {
  const styles = useStyles2(getStyles);
  const { imagefs, nodefs } = useOfDiskAt(lane.disk, time);
  const limits = lane.limits.findLast(({ from }) => from <= time);
  return (
    <>
      <strong>{lane.node}</strong>
      <p className={styles.sentence}>{timeLabel(time, zone, 1000)}</p>
      <dl className={styles.facts}>
        <dt>
          {lane.disk.isOne ? t('timeline.lane.disk', 'Disk in use') : t('timeline.lane.imagefs', 'imagefs in use')}
        </dt>
        <dd>{percent(imagefs)}</dd>
        {!lane.disk.isOne && (
          <>
            <dt>{t('timeline.lane.nodefs', 'nodefs in use')}</dt>
            <dd>{percent(nodefs)}</dd>
          </>
        )}
      </dl>
      {limits?.lines.map((line) => (
        <div key={`${line.what} ${line.signal}`} className={styles.sentence}>
          {limitText(line)}
        </div>
      ))}
      {limits?.isAssumed && (
        <div className={styles.sentence}>
          {t('timeline.limit.assumed-long', 'assumed: Kubernetes’ defaults, this kubelet’s own could not be read')}
        </div>
      )}
    </>
  );
}

function AnnotationText({ annotation: { from, to, text }, zone }: { annotation: Annotation; zone: Zone }) {
  const styles = useStyles2(getStyles);
  return (
    <>
      <strong>{text}</strong>
      <p className={styles.sentence}>
        {timeLabel(from, zone, 1000)}
        {to > from && ` – ${clockOf(to, zone)}`}
      </p>
    </>
  );
}

const percent = (part: number | undefined): string =>
  part === undefined ? t('timeline.lane.not-measured', 'not measured') : `${(part * 100).toFixed(0)} %`;

const getStyles = (theme: GrafanaTheme2) => ({
  tooltip: css({
    position: 'absolute',
    zIndex: theme.zIndex.tooltip,
    pointerEvents: 'none',
    maxWidth: 440,
    padding: theme.spacing(1, 1.5),
    background: theme.colors.background.elevated ?? theme.colors.background.secondary,
    border: `1px solid ${theme.colors.border.medium}`,
    borderRadius: theme.shape.radius.default,
    boxShadow: theme.shadows.z3,
    fontSize: theme.typography.bodySmall.fontSize,
    overflowWrap: 'anywhere',
  }),
  facts: css({
    display: 'grid',
    gridTemplateColumns: 'auto 1fr',
    gap: theme.spacing(0.25, 1.5),
    margin: theme.spacing(0.5, 0, 0),
    dt: { fontWeight: 'normal', color: theme.colors.text.secondary, whiteSpace: 'nowrap' },
    dd: { margin: 0 },
  }),
  status: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(0.5) }),
  sentence: css({ margin: theme.spacing(0.5, 0, 0), color: theme.colors.text.secondary }),
});
