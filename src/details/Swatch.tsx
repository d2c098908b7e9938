import React from 'react';
import { css } from '@emotion/css';
import { useStyles2, useTheme2 } from '@grafana/ui';

/** A small square in a colour. @param color a name of Grafana's palette */
export function Swatch({ color = 'gray' }: { color?: string }) {
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  return (
    <span className={styles.swatch} style={{ background: theme.visualization.getColorByName(color) }} aria-hidden />
  );
}

const getStyles = () => ({
  swatch: css({ display: 'inline-block', width: '0.7em', height: '0.7em', marginRight: '0.5em', borderRadius: 2 }),
});
