import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Tooltip, useStyles2, useTheme2 } from '@grafana/ui';
import { CONTENTS, type NodeCapacity, sizeOf } from '../../../model/capacity';
import type { ReviewTexts } from '../../../model/messages';

const PARTS = [...CONTENTS, 'other'] as const;
type Part = (typeof PARTS)[number];
const COLORS: Record<Part, string> = {
  ...{ images: 'blue', layers: 'purple', logsLive: 'green', logsDead: 'orange', volumes: 'yellow', other: 'text' },
};

/** What fills each disk, as a bar of its capacity. */
export function FillingBars({ nodes, columns }: { nodes: readonly NodeCapacity[]; columns: ReviewTexts['columns'] }) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const colorOf = (part: Part) =>
    part === 'other' ? theme.colors.text.disabled : theme.visualization.getColorByName(COLORS[part]);
  const bars = nodes.flatMap(({ node, filling, headroom }) =>
    filling.map(({ filesystem, used, parts, other }) => {
      const measure = headroom.find((one) => one.filesystem === filesystem && one.unit === 'bytes');
      const known = PARTS.map((part) => ({
        part,
        bytes: part === 'other' ? other : (parts.find(({ content }) => content === part)?.bytes ?? null),
      }));
      return { name: `${node} ${filesystem}`, used, capacity: measure?.use.capacity ?? used, known };
    })
  );
  return (
    <div>
      <ul className={styles.legend}>
        {PARTS.map((part) => (
          <li key={part} className={styles.item}>
            <span className={styles.swatch} style={{ background: colorOf(part) }} />
            {columns[part]}
          </li>
        ))}
      </ul>
      <div className={styles.bars}>
        {bars.map(({ name, capacity, known }) => {
          const shown = known.filter(({ bytes }) => bytes !== null && bytes > 0);
          const textOf = ({ part, bytes }: (typeof known)[number]) =>
            `${columns[part]}: ${sizeOf(bytes ?? 0, 'bytes')}`;
          return (
            <React.Fragment key={name}>
              <span className={styles.name}>{name}</span>
              <div className={styles.bar} role="img" aria-label={`${name}: ${shown.map(textOf).join(', ')}`}>
                {shown.map((one) => (
                  <Tooltip key={one.part} content={textOf(one)}>
                    <span
                      className={styles.part}
                      style={{ width: `${(100 * (one.bytes ?? 0)) / capacity}%`, background: colorOf(one.part) }}
                    />
                  </Tooltip>
                ))}
              </div>
              <span className={styles.name}>{sizeOf(capacity, 'bytes')}</span>
            </React.Fragment>
          );
        })}
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  legend: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0.5, 2), listStyle: 'none' }),
  item: css({
    ...{ display: 'flex', alignItems: 'center', gap: theme.spacing(0.75) },
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  swatch: css({ width: theme.spacing(1.5), height: theme.spacing(1.5), borderRadius: theme.shape.radius.default }),
  bars: css({
    ...{ display: 'grid', gridTemplateColumns: 'max-content 1fr max-content', alignItems: 'center' },
    ...{ gap: theme.spacing(0.5, 1), margin: theme.spacing(1, 0), breakInside: 'avoid' },
  }),
  name: css({ fontSize: theme.typography.bodySmall.fontSize, fontVariantNumeric: 'tabular-nums' }),
  bar: css({
    ...{ display: 'flex', height: theme.spacing(2), overflow: 'hidden', printColorAdjust: 'exact' },
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
  }),
  part: css({ display: 'block', height: '100%' }),
});
