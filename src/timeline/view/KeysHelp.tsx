import React, { type ReactNode } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Modal, useStyles2 } from '@grafana/ui';
import { t } from '../../shared/texts';

/** The keys and gestures of the timeline. */
export function KeysHelp({ onClose }: { onClose: () => void }) {
  const styles = useStyles2(getStyles);
  return (
    <Modal isOpen title={t('timeline.keys.title', 'Keys of the timeline')} onDismiss={onClose}>
      <dl className={styles.keys}>
        {entries().map(([keys, what]) => (
          <React.Fragment key={what}>
            <dt>{keys}</dt>
            <dd>{what}</dd>
          </React.Fragment>
        ))}
      </dl>
    </Modal>
  );
}

const Keys = ({ names }: { names: readonly string[] }) => (
  <>
    {names.map((name) => (
      <React.Fragment key={name}>
        <kbd>{name}</kbd>{' '}
      </React.Fragment>
    ))}
  </>
);

function entries(): Array<[keys: ReactNode, what: string]> {
  const keys = (...names: string[]) => <Keys key={names.join()} names={names} />;
  return [
    [keys('↑', '↓'), t('timeline.keys.rows', 'From row to row')],
    [keys('←', '→'), t('timeline.keys.containers', 'Along the containers of a row')],
    [keys('Enter'), t('timeline.keys.open', 'Open the details of a container; open or close a row')],
    [keys('Esc'), t('timeline.keys.back', 'Close the details; back to the row')],
    [keys('+', '-'), t('timeline.keys.zoom', 'Zoom in and out')],
    [keys('Shift ←', 'Shift →'), t('timeline.keys.move', 'Move to earlier or later')],
    [keys('0'), t('timeline.keys.all', 'Show everything')],
    [keys('?'), t('timeline.keys.help', 'Show these keys')],
    [t('timeline.keys.wheel', 'Shift or Ctrl and wheel'), t('timeline.keys.wheel-what', 'Zoom at the pointer')],
    [t('timeline.keys.drag', 'Drag'), t('timeline.keys.drag-what', 'Zoom to a stretch of time')],
    [
      t('timeline.keys.shift-drag', 'Shift and drag, wheel sideways'),
      t('timeline.keys.shift-drag-what', 'Move to earlier or later'),
    ],
    [t('timeline.keys.double-click', 'Double click'), t('timeline.keys.double-click-what', 'Zoom out')],
  ];
}

const getStyles = (theme: GrafanaTheme2) => ({
  keys: css({
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    gap: theme.spacing(1, 3),
    dt: { fontWeight: 'normal' },
    dd: { margin: 0 },
  }),
});
