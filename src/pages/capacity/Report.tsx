import React, { type ReactNode, useCallback, useMemo, useState } from 'react';
import { css, cx } from '@emotion/css';
import { createTheme, type GrafanaTheme2, ThemeContext } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { Text, useStyles2, useTheme2 } from '@grafana/ui';
import { type CapacityReview, type NodeCapacity, type Section, sectionsOf } from '../../../model/capacity';
import type { Span } from '../../../model/evidence';
import type { Words } from '../../../model/messages';
import { linkTo } from '../../app/link-to';
import { LOST_LOGS_PATH, TIMELINE_PATH } from '../../shared/paths';
import { useLocation } from '../../shared/use-location';
import { FillingBars } from './FillingBars';
import { Findings } from './Findings';
import { HeadroomChart } from './HeadroomChart';
import { SectionTable } from '../../app/table/SectionTable';
import { sortOfSearch, type Sort, textOfSort } from '../../app/table/sort';
import { PRINTED, useIsPrinting, usePrintedAlone } from './use-printing';

/** Nodes whose disks are shown; the others are counted. */
const MAX_NODES = 20;

interface ReportProps {
  review: CapacityReview;
  /** More is on its way. */
  isReading: boolean;
  /** As a text. */
  range: string;
  span: Span;
  timeZone: string;
  words: Words;
  /** What the ranking is by, to choose. */
  ranking: ReactNode;
}

/** A capacity review, section by section as `afterlog capacity` prints it, with charts; on paper in the light theme. */
export function Report(props: ReportProps) {
  const theme = useTheme2();
  const isPrinting = useIsPrinting();
  usePrintedAlone();
  const drawn = useMemo(() => (isPrinting ? createTheme({ colors: { mode: 'light' } }) : theme), [isPrinting, theme]);
  return (
    <ThemeContext.Provider value={drawn}>
      <Sections {...props} isPrinting={isPrinting} />
    </ThemeContext.Provider>
  );
}

function Sections(props: ReportProps & { isPrinting: boolean }) {
  const { review, isReading, range, words, isPrinting } = props;
  const styles = useStyles2(getStyles);
  const sections = useMemo(() => {
    // Until then it is not interrupted.
    const notes = review.notes.filter(({ code }) => !isReading || code !== 'capacity-interrupted');
    const all = sectionsOf({ ...review, notes }, words, MAX_NODES);
    return isReading && review.missing === 'counts' ? all.filter(({ name }) => name !== 'summary') : all;
  }, [review, words, isReading]);
  return (
    <article className={cx(PRINTED, styles.report)}>
      {isPrinting && (
        <Text element="h1" variant="h3">
          {words.catalogue.review.title(range)}
        </Text>
      )}
      {sections.map((section) =>
        section.name === 'summary' ? (
          <Text key={section.name} element="h2" variant="h4">
            {section.sentences.join(words.catalogue.separator)}
          </Text>
        ) : (
          <SectionView key={section.name} {...props} section={section} />
        )
      )}
    </article>
  );
}

function SectionView({
  section,
  review,
  span,
  timeZone,
  words,
  ranking,
  isPrinting,
}: ReportProps & { section: Section; isPrinting: boolean }) {
  const styles = useStyles2(getStyles);
  const { name, heading, sentences, table, findings } = section;
  const { sort, setSort } = useSort(name === 'ranking');
  const nameOf = useRowLink(review);
  const nodes = useMemo(
    () => review.nodes.filter(({ headroom }) => headroom.length > 0).slice(0, MAX_NODES),
    [review.nodes]
  );
  return (
    <section className={styles.section}>
      <div className={styles.heading}>
        <Text element="h2" variant="h5">
          {heading}
        </Text>
        {name === 'ranking' && !isPrinting && ranking}
      </div>
      {sentences.length > 1 ? (
        <ul className={styles.sentences}>
          {sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      ) : (
        sentences.map((sentence) => <p key={sentence}>{sentence}</p>)
      )}
      <SectionChart name={name} {...{ nodes, span, timeZone, words }} />
      {table !== null && (
        <SectionTable
          {...{ table, sort, isPrinting }}
          label={heading}
          nameOf={name === 'ranking' ? nameOf : undefined}
          onSort={setSort}
        />
      )}
      {findings.length > 0 && <Findings findings={findings} />}
    </section>
  );
}

function SectionChart({
  name,
  nodes,
  span,
  timeZone,
  words,
}: Pick<ReportProps, 'span' | 'timeZone' | 'words'> & { name: Section['name']; nodes: readonly NodeCapacity[] }) {
  switch (name) {
    case 'headroom':
      return <HeadroomChart {...{ nodes, span, timeZone }} />;
    case 'filling':
      return <FillingBars nodes={nodes} columns={words.catalogue.review.columns} />;
    default:
      return null;
  }
}

/** An order of rows; that of the ranking stands in the address. */
function useSort(isInAddress: boolean): { sort: Sort | undefined; setSort: (sort: Sort) => void } {
  const search = useLocation('search');
  const [own, setOwn] = useState<Sort>();
  const { by, desc } = (isInAddress ? sortOfSearch(search) : own) ?? {};
  const sort = useMemo(() => (by === undefined ? undefined : { by, desc: desc === true }), [by, desc]);
  const setSort = useCallback(
    (next: Sort) => {
      if (isInAddress) {
        locationService.partial({ sort: textOfSort(next) }, true);
      } else {
        setOwn(next);
      }
    },
    [isInAddress]
  );
  return { sort, setSort };
}

/** The name of a row leads to what it went through: a node to its timeline, others to their lost-log cases. */
function useRowLink({ by, rows }: CapacityReview): (column: string, text: string, place: number) => ReactNode {
  const search = useLocation('search');
  const styles = useStyles2(getStyles);
  return useCallback(
    (column, text, place) => {
      const row = rows[place];
      if (column !== by || by === 'pool' || row === undefined || row.name === null) {
        return undefined;
      }
      const filter = { [by]: row.name, ...(row.namespace !== null && { namespace: row.namespace }) };
      return (
        <a href={linkTo(by === 'node' ? TIMELINE_PATH : LOST_LOGS_PATH, search, filter)} className={styles.link}>
          {text}
        </a>
      );
    },
    [by, rows, search, styles]
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  report: css({
    ...{ display: 'flex', flexDirection: 'column', gap: theme.spacing(3), minWidth: 0 },
    '@media print': { color: theme.colors.text.primary, background: theme.colors.background.primary },
  }),
  section: css({ minWidth: 0, p: { margin: theme.spacing(0, 0, 1) } }),
  heading: css({
    ...{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', justifyContent: 'space-between' },
    ...{ gap: theme.spacing(1), marginBottom: theme.spacing(1), breakAfter: 'avoid' },
  }),
  link: css({ color: theme.colors.text.link, '&:hover': { textDecoration: 'underline' } }),
  sentences: css({ paddingLeft: theme.spacing(3) }),
});
