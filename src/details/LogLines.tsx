import React, { useEffect, useMemo, useRef } from 'react';
import { css, cx } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '../shared/texts';
import { useStyles2 } from '@grafana/ui';
import { type LogLine, streamOf } from '../../model/lookup';
import { levelOf, type LogLevel } from '../data/log-level';
import { type LogSearch, partsOf } from '../data/log-search';
import { Swatch } from './Swatch';

interface LogLinesProps {
  lines: readonly LogLine[];
  search: LogSearch | undefined;
  isWrapped: boolean;
  /** A colour for each container run, where there are several. */
  colors: ReadonlyMap<string, string> | undefined;
  timeZone: string;
  /** Stays at the end while lines come. */
  isLive: boolean;
}

/** Lines of a log with their times, coloured by their levels, what was looked for highlighted. */
export function LogLines({ lines, search, isWrapped, colors, timeZone, isLive }: LogLinesProps) {
  const styles = useStyles2(getStyles);
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    if (isLive && box.current !== null) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  }, [isLive, lines]);
  const hasErrors = useMemo(() => lines.some(({ entry }) => streamOf(entry.fields) === 'stderr'), [lines]);
  return (
    <div>
      {/* A region that scrolls is one that the keyboard must reach. */}
      <pre ref={box} className={cx(styles.log, isWrapped ? styles.wrapped : styles.unwrapped)} tabIndex={0}>
        {lines.map(({ ns, text, origin, entry }, i) => {
          const level = levelOf(text, entry.fields);
          return (
            <div
              key={i}
              className={cx(styles.line, streamOf(entry.fields) === 'stderr' && styles.stderr, level && styles[level])}
              data-level={level}
            >
              <time className={styles.time}>
                {dateTimeFormat(Number(ns / 1_000_000n), { timeZone, defaultWithMS: true })}
              </time>{' '}
              {colors && (
                <span className={styles.run} title={`${origin.pod}/${origin.container}`}>
                  <Swatch color={colors.get(origin.key)} />
                  {origin.pod}{' '}
                </span>
              )}
              {partsOf(text, search).map(({ text: part, isMatch }, place) =>
                isMatch ? <mark key={place}>{part}</mark> : part
              )}
            </div>
          );
        })}
      </pre>
      {hasErrors && (
        <p className={styles.note}>
          <span className={cx(styles.stderr, styles.sample)} aria-hidden />
          <Trans i18nKey="log.stderr">
            Lines with a bar at their left were written to stderr, the others to stdout. Many programs write all of
            their log to stderr, so the bar alone is no error.
          </Trans>
        </p>
      )}
      <span className={styles.hidden} aria-live="polite">
        {isLive ? t('log.live-on', 'New lines are shown as they arrive.') : ''}
      </span>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => {
  const edge = (color: string) => css({ '&&': { color } });
  const levels: Record<LogLevel, string> = {
    critical: edge(theme.colors.error.text),
    error: edge(theme.colors.error.text),
    warning: edge(theme.colors.warning.text),
    info: edge(theme.colors.text.primary),
    debug: edge(theme.colors.text.secondary),
  };
  return {
    ...levels,
    log: css({
      maxHeight: '60vh',
      overflow: 'auto',
      margin: 0,
      padding: theme.spacing(1),
      fontSize: theme.typography.bodySmall.fontSize,
      mark: { background: theme.colors.warning.main, color: theme.colors.warning.contrastText, padding: 0 },
    }),
    wrapped: css({ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }),
    unwrapped: css({ whiteSpace: 'pre', overflowWrap: 'normal', wordBreak: 'normal' }),
    // Lines out of sight are not laid out: there may be tens of thousands.
    line: css({ contentVisibility: 'auto', containIntrinsicSize: 'auto 1.5em', paddingLeft: theme.spacing(1) }),
    time: css({ color: theme.colors.text.secondary, userSelect: 'none' }),
    run: css({ color: theme.colors.text.secondary, userSelect: 'none' }),
    stderr: css({
      borderLeft: `3px solid ${theme.colors.error.border}`,
      paddingLeft: `calc(${theme.spacing(1)} - 3px)`,
    }),
    sample: css({
      display: 'inline-block',
      height: '1em',
      marginRight: theme.spacing(0.5),
      verticalAlign: 'text-bottom',
    }),
    note: css({
      margin: theme.spacing(1, 0, 0),
      color: theme.colors.text.secondary,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
    hidden: css({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' }),
  };
};
