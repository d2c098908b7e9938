import React, { type ReactNode } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '../../shared/texts';
import { useStyles2 } from '@grafana/ui';
import type { NodeLane } from '../model/node-lane';
import type { Limit } from '../model/node-limits';
import type { Group } from '../model/timeline-model';
import type { Palette } from '../paint/palette';

interface NodeLabelProps {
  lane: NodeLane;
  group: Group;
  palette: Palette;
  now: number;
  toggle: ReactNode;
}

/** A node's name, and what the lines of its lane are. */
export function NodeLabel({ lane, group, palette, toggle }: NodeLabelProps) {
  const styles = useStyles2(getStyles);
  const limits = lane.limits.at(-1);
  const percent = (what: Limit['what'], signal: string) => {
    const use = limits?.lines.find((line) => line.what === what && line.signal === signal)?.use;
    return use === undefined ? undefined : `${(use * 100).toFixed(0)} %`;
  };
  const high = percent('image-gc-high', 'imagefs');
  const low = percent('image-gc-low', 'imagefs');
  const [imagefs, nodefs] = [percent('hard', 'imagefs.available'), percent('hard', 'nodefs.available')];
  return (
    <div className={styles.box}>
      <div className={styles.name}>
        {toggle}
        <span className={styles.text} title={`${lane.cluster} / ${lane.node}`}>
          {lane.node}
        </span>
      </div>
      <div className={styles.line}>
        <Line color={palette.imagefs} isThick />
        {lane.disk.isOne
          ? t('timeline.lane.one-disk', 'disk in use')
          : t('timeline.lane.imagefs-use', 'imagefs in use')}
        {!lane.disk.isOne && (
          <>
            <Line color={palette.nodefs} isThick /> nodefs
          </>
        )}
      </div>
      {high !== undefined && (
        <div className={styles.line}>
          <Line color={palette.imageGc} dash="5 3" />
          {t('timeline.lane.image-gc', 'image GC {{high}} → {{low}}', { high, low })}
        </div>
      )}
      {[...(imagefs ? [`imagefs ${imagefs}`] : []), ...(nodefs ? [`nodefs ${nodefs}`] : [])].map((limit) => (
        <div key={limit} className={styles.line}>
          <Line color={palette.eviction} />
          {t('timeline.lane.eviction', 'eviction {{limit}}', { limit })}
        </div>
      ))}
      {limits?.isAssumed && <div className={styles.assumed}>{t('timeline.limit.assumed', 'thresholds assumed')}</div>}
      <div className={styles.line}>
        {t('timeline.lane.counts', 'cases: {{cases}}, containers: {{lives}}', {
          cases: group.cases,
          lives: group.lives,
        })}
      </div>
    </div>
  );
}

const Line = ({ color, dash, isThick = false }: { color: string; dash?: string; isThick?: boolean }) => (
  <svg width="18" height="8" aria-hidden="true" style={{ flex: 'none' }}>
    <path d="M0 4H18" stroke={color} strokeWidth={isThick ? 2 : 1.4} strokeDasharray={dash} />
  </svg>
);

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({ width: '100%', fontWeight: 'normal', overflow: 'hidden', alignSelf: 'flex-start', paddingTop: 6 }),
  name: css({
    display: 'flex',
    alignItems: 'center',
    fontSize: theme.typography.body.fontSize,
    fontWeight: theme.typography.fontWeightMedium,
    marginBottom: 2,
  }),
  text: css({ overflow: 'hidden', textOverflow: 'ellipsis' }),
  line: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(0.75),
    lineHeight: '17px',
    color: theme.colors.text.secondary,
    paddingLeft: 18,
  }),
  assumed: css({ paddingLeft: 18, lineHeight: '17px', color: theme.colors.warning.text }),
});
