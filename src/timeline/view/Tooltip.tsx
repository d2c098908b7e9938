import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '../../shared/texts';
import { useStyles2 } from '@grafana/ui';
import { ms, span } from '../../../model/cases/moment';
import { sentenceText } from '../../../model/messages/case-text';
import { clockOf, timeLabel } from '../geometry/ticks';
import type { Zone } from '../geometry/time-zone';
import type { MarkPlace } from '../geometry/mark-places';
import type { Annotation } from '../model/annotation';
import type { Activity } from '../model/activity';
import { type MeasuredUse, useOfDiskAt } from '../model/disk-use';
import type { ContainerLife } from '../model/container-life';
import type { NodeLane } from '../model/node-lane';
import {
  activityKindText,
  bytesText,
  crossingTexts,
  exitText,
  lifeTitle,
  limitText,
  markName,
  markText,
  nodeLogText,
  percentText,
  ranText,
  statusText,
  unobservedMeaning,
} from './describe';
import { StatusIcon } from './StatusIcon';
import { wordsWith } from '../../shared/words';

/** What a tooltip shows. */
export type TooltipContent =
  | { kind: 'life'; life: ContainerLife; lane: NodeLane | undefined }
  | { kind: 'mark'; mark: MarkPlace; lane: NodeLane }
  | { kind: 'activities'; lane: NodeLane; activities: readonly Activity[] }
  | { kind: 'lane'; lane: NodeLane; time: number; now: number }
  | { kind: 'annotation'; annotation: Annotation };

export interface TooltipProps {
  reported: TooltipContent;
  zone: Zone;
  /** In the frame of the timeline. Pixels. */
  x: number;
  y: number;
  /** The frame's size: the tooltip stays inside. */
  width: number;
  height: number;
}

/** What is under the pointer. The live region and the drawer say the same to those who use no pointer. */
export function Tooltip({ reported, zone, x, y, width, height }: TooltipProps) {
  const styles = useStyles2(getStyles);
  const side = x > width * 0.6 ? { right: width - x + 14 } : { left: x + 14 };
  const edge = y > height * 0.6 ? { bottom: height - y + 14 } : { top: y + 14 };
  return (
    <div className={styles.tooltip} style={{ ...side, ...edge }} aria-hidden="true">
      {reported.kind === 'life' && <LifeText {...reported} zone={zone} />}
      {reported.kind === 'mark' && <MarkText {...reported} zone={zone} />}
      {reported.kind === 'activities' && <ActivitiesText {...reported} zone={zone} />}
      {reported.kind === 'lane' && <LaneText {...reported} zone={zone} />}
      {reported.kind === 'annotation' && <AnnotationText annotation={reported.annotation} zone={zone} />}
    </div>
  );
}

/** What lies this near in time is listed with what is pointed at. */
const NEIGHBOURS_MS = 1000;
/** A tooltip lists no more; how many follow it says. */
const MOST_LISTED = 8;
/** A reclaim and what the kubelet found at its beginning. */
const SAME_RECLAIM_MS = 15_000;

function LifeText({ life, lane, zone }: { life: ContainerLife; lane: NodeLane | undefined; zone: Zone }) {
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
      {lane && life.gone !== undefined && <Neighbours lane={lane} from={life.gone} to={life.gone} zone={zone} />}
    </>
  );
}

/** Times of sentences as the axis has them. */
const timesIn = (zone: Zone) => ({
  time: (instant: string) => timeLabel(ms(instant) ?? 0, zone, 1000),
  clock: (instant: string) => clockOf(ms(instant) ?? 0, zone),
});

/** The marks within a second of a stretch of time, each by itself. */
function Neighbours({ lane, from, to, zone }: { lane: NodeLane; from: number; to: number; zone: Zone }) {
  const near = lane.marks.filter((mark) => mark.from <= to + NEIGHBOURS_MS && mark.to >= from - NEIGHBOURS_MS);
  return <Listed lines={near.map((mark) => markText(mark, zone))} />;
}

function Listed({ lines }: { lines: readonly string[] }) {
  const styles = useStyles2(getStyles);
  return (
    <>
      {lines.slice(0, MOST_LISTED).map((line, i) => (
        <div key={`${i} ${line}`} className={styles.line}>
          {line}
        </div>
      ))}
      {lines.length > MOST_LISTED && (
        <div className={styles.line}>
          {t('timeline.tooltip.more', '{{count}} more; zoom in to see them', { count: lines.length - MOST_LISTED })}
        </div>
      )}
    </>
  );
}

function MarkText({ mark, lane, zone }: { mark: MarkPlace; lane: NodeLane; zone: Zone }) {
  const styles = useStyles2(getStyles);
  const isReclaim = mark.kind === 'container-gc' || mark.kind === 'image-gc' || mark.kind === 'eviction';
  const crossings = lane.crossings.filter(
    ({ time }) => isReclaim && time >= mark.from - SAME_RECLAIM_MS && time <= mark.to + SAME_RECLAIM_MS
  );
  const isAlone = mark.marks === 1 && mark.hidden === 0;
  const others = lane.marks.filter(
    ({ from, to, kind }) =>
      from <= mark.to + NEIGHBOURS_MS && to >= mark.from - NEIGHBOURS_MS && !(isAlone && kind === mark.kind)
  );
  return (
    <>
      <strong>
        {markName(mark.kind)}: {mark.count}
        {mark.bytes > 0 && ` (${bytesText(mark.bytes)})`}
      </strong>
      <p className={styles.sentence}>
        {timeLabel(mark.from, zone, 1)}
        {mark.to > mark.from && ` – ${clockOf(mark.to, zone)} (${duration(mark.to - mark.from)})`}
      </p>
      <Listed lines={others.map((one) => markText(one, zone))} />
      {crossings.slice(0, 2).map((crossing) => (
        <p key={crossing.time} className={styles.sentence}>
          {crossingTexts(crossing, zone).join(' ')}
        </p>
      ))}
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

function ActivitiesText({ lane, activities, zone }: { lane: NodeLane; activities: readonly Activity[]; zone: Zone }) {
  return (
    <>
      <strong>{lane.node}</strong>
      <Listed
        lines={activities.map(({ kind, time, name, subject, text }) =>
          [clockOf(time, zone), activityKindText(kind), name, subject, text.slice(0, 120)].filter(Boolean).join(' · ')
        )}
      />
    </>
  );
}

function LaneText({ lane, time, now, zone }: { lane: NodeLane; time: number; now: number; zone: Zone }) {
  const styles = useStyles2(getStyles);
  const { imagefs, nodefs } = useOfDiskAt(lane.disk, time);
  const limits = lane.limits.findLast(({ from }) => from <= time);
  const isIn = ({ from, to = now }: { from: number; to?: number }) => time >= from && time <= to;
  return (
    <>
      <strong>{lane.node}</strong>
      <p className={styles.sentence}>{timeLabel(time, zone, 1000)}</p>
      <dl className={styles.facts}>
        <dt>
          {lane.disk.isOne ? t('timeline.lane.disk', 'Disk in use') : t('timeline.lane.imagefs', 'imagefs in use')}
        </dt>
        <dd>{measuredText(imagefs)}</dd>
        {!lane.disk.isOne && (
          <>
            <dt>{t('timeline.lane.nodefs', 'nodefs in use')}</dt>
            <dd>{measuredText(nodefs)}</dd>
          </>
        )}
      </dl>
      {lane.pressures.filter(isIn).map(({ from, to, conditionFrom }) => (
        <div key={from} className={styles.line}>
          {conditionFrom === undefined || time < conditionFrom
            ? t('timeline.tooltip.reclaiming', 'The kubelet reclaims; DiskPressure is not reported yet')
            : t('timeline.pressure', 'DiskPressure')}
          {`: ${clockOf(from, zone)} – ${to === undefined ? '' : clockOf(to, zone)}`}
        </div>
      ))}
      {lane.unobserved.filter(isIn).map(({ what, from, to }) => (
        <div key={`${what} ${from}`} className={styles.line}>
          {unobservedMeaning(what)} {`${clockOf(from, zone)} – ${clockOf(to, zone)}`}
        </div>
      ))}
      <Neighbours lane={lane} from={time} to={time} zone={zone} />
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

/** `70 % (2.0 GB of 2.9 GB)`. */
function measuredText(measured: MeasuredUse | undefined): string {
  if (measured === undefined) {
    return t('timeline.lane.not-measured', 'not measured');
  }
  const percent = percentText(measured.use);
  return Number.isNaN(measured.capacity)
    ? percent
    : t('timeline.lane.use-bytes', '{{percent}} ({{used}} of {{capacity}})', {
        percent,
        used: bytesText(measured.bytes),
        capacity: bytesText(measured.capacity),
      });
}

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
  line: css({ color: theme.colors.text.secondary }),
  sentence: css({ margin: theme.spacing(0.5, 0, 0), color: theme.colors.text.secondary }),
});
