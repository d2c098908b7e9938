import type { Words } from '../messages';
import type { ReviewTexts } from '../messages/catalogue';
import { numberText, percentText, sizeText } from '../messages/format';
import type { CapacityRow } from './counts';
import { CONTENTS } from './disk-use';
import type { Distance } from './headroom';
import type { CapacityReview, NodeCapacity } from './review';
import type { WhatIf } from './what-if';

/*
 * A review as sections of sentences and tables: what `afterlog capacity` prints, what the app's page shows, and what both
 * give as Markdown and CSV, in the words of one language.
 */

/** What a review is about. */
export interface ReviewRange {
  /** RFC 3339. */
  from: string;
  to: string;
}

export type SectionName = keyof ReviewTexts['headings'];
export type ColumnName = keyof ReviewTexts['columns'];

/** The part of a review under one heading. */
export interface Section {
  name: SectionName;
  heading: string;
  sentences: string[];
  /** null where there is nothing to put into it. */
  table: Table | null;
  findings: PastableFinding[];
}

export interface Table {
  columns: Array<{ name: ColumnName; text: string; isNumber: boolean }>;
  rows: Cell[][];
}

export interface Cell {
  text: string;
  /** What rows are ordered by; null where it is not known. */
  value: number | string | null;
}

/** A finding, with what can be pasted; empty where nothing can. */
export interface PastableFinding {
  text: string[];
  paste: string;
}

/** Nodes whose disks a text shows; JSON has all. */
const MAX_NODES = 20;
const NOT_KNOWN = '–';
const HOUR_MS = 3_600_000;

/** The sections of a review that say something. @param maxNodes whose disks are shown, the worst first */
export function sectionsOf(review: CapacityReview, words: Words, maxNodes = MAX_NODES): Section[] {
  const { nodes, findings, notes } = review;
  const { review: texts } = words.catalogue;
  const withDisks = nodes.filter(({ headroom }) => headroom.length > 0);
  const shown = withDisks.slice(0, maxNodes);
  const more = withDisks.length > shown.length ? [texts.moreNodes(withDisks.length - shown.length)] : [];
  const isBound = shown.some(({ headroom }) => headroom.some(({ use }) => use.isP95Bound));
  const section = (name: SectionName, { sentences = [], table = null, findings = [] }: Partial<Section>): Section => ({
    ...{ name, heading: texts.headings[name], sentences, findings },
    table: table === null || table.rows.length === 0 ? null : table,
  });
  const sections = [
    section('summary', { sentences: [words.render(review.summary)] }),
    { ...section('ranking', { table: rankingOf(review, words) }), heading: texts.ranking[review.by] },
    section('comparison', comparisonOf(review, words)),
    section('trend', { table: trendTable(review, words) }),
    section('headroom', {
      sentences: [...(isBound ? [texts.p95Bound] : []), ...more],
      table: headroomTable(shown, words),
    }),
    section('fillRate', { table: fillTable(shown, words) }),
    section('filling', { table: fillingTable(shown, words) }),
    section('families', familiesOf(review, words)),
    section('findings', {
      sentences: findings.length === 0 ? [texts.noFinding] : [],
      findings: findings.map(({ evidence, effect, unknown, paste, nodes: on, family }) => ({
        text: [
          family === null ? `${namesOf(on, words)}: ${words.render(evidence)}` : words.render(evidence),
          texts.effect(words.render(effect)),
          ...(unknown === null ? [] : [texts.unknown(words.render(unknown))]),
        ],
        paste,
      })),
    }),
    ...(review.whatIf === null ? [] : [section('whatIf', whatIfSection(review.whatIf, maxNodes, words))]),
    section('notes', { sentences: notes.map((note) => words.render(note)) }),
  ];
  const unread: ReadonlySet<SectionName> = new Set(UNREAD[review.missing ?? 'nothing']);
  return sections.filter(
    ({ name, sentences, table, findings: some }) =>
      !unread.has(name) && (sentences.length > 0 || table !== null || some.length > 0)
  );
}

/** Sections that would say something wrong while their figures are missing. */
const UNREAD = {
  counts: ['ranking', 'comparison', 'trend', 'findings', 'whatIf'],
  before: ['comparison'],
  nothing: [],
} as const satisfies Record<string, readonly SectionName[]>;

const numberCell = (value: number | null, text: (known: number) => string): Cell => ({
  text: value === null ? NOT_KNOWN : text(value),
  value,
});
const number = (value: number | null): Cell => numberCell(value, numberText);
const bytes = (value: number | null): Cell => numberCell(value, (known) => sizeOf(known, 'bytes'));
const hours = (ms: number | null): Cell => numberCell(ms, (known) => (known / HOUR_MS).toFixed(2));
const text = (value: string): Cell => ({ text: value, value });

/** An amount with its unit. */
export function sizeOf(n: number, unit: 'bytes' | 'inodes'): string {
  if (unit === 'inodes') {
    return numberText(Math.round(n));
  }
  const size = sizeText(Math.abs(n)) ?? `${Math.round(Math.abs(n))} B`;
  return n < 0 ? `-${size}` : size;
}

function tableOf(
  columns: ReadonlyArray<readonly [ColumnName, 'number' | 'text']>,
  rows: Cell[][],
  words: Words
): Table {
  const { columns: texts } = words.catalogue.review;
  return {
    columns: columns.map(([name, type]) => ({ name, text: texts[name], isNumber: type === 'number' })),
    rows,
  };
}

const namesOf = (names: readonly string[], words: Words) => {
  const { list, andMore } = words.catalogue.review;
  return names.length <= MAX_NODES
    ? names.join(list)
    : andMore(names.slice(0, MAX_NODES).join(list), names.length - MAX_NODES);
};

/** The numbers of a row that a ranking shows: the node's own are left out elsewhere. */
const COUNTS: ReadonlyArray<
  readonly [name: ColumnName, csv: string, of: (row: Counts) => number | null, isOfNode?: 'node']
> = [
  ['pressureHours', 'pressure_hours', ({ pressureMs }) => pressureMs && pressureMs / HOUR_MS, 'node'],
  ['reclaims', 'reclaims', ({ reclaims }) => reclaims, 'node'],
  ['imageGcs', 'image_gcs', ({ imageGcs }) => imageGcs, 'node'],
  ['containersRemoved', 'containers_removed', ({ containersRemoved }) => containersRemoved],
  ['imagesRemoved', 'images_removed', ({ imagesRemoved }) => imagesRemoved, 'node'],
  ['imageBytesRemoved', 'image_bytes_removed', ({ imageBytesRemoved }) => imageBytesRemoved, 'node'],
  ['imagesPulledAgain', 'images_pulled_again', ({ imagesPulledAgain }) => imagesPulledAgain, 'node'],
  ['podsEvicted', 'pods_evicted', ({ podsEvicted }) => podsEvicted],
  ['podsOverLimit', 'pods_over_limit', ({ podsOverLimit }) => podsOverLimit],
  ['podsRejected', 'pods_rejected', ({ podsRejected }) => podsRejected],
  ['complete', 'logs_complete', ({ logs }) => logs.complete],
  ['rescued', 'logs_rescued', ({ logs }) => logs.rescued],
  ['partial', 'logs_partial', ({ logs }) => logs.partial],
  ['lost', 'logs_lost', ({ logs }) => logs.lost],
  ['open', 'logs_open', ({ logs }) => logs.pending + logs.unknown],
];
type Counts = Omit<CapacityRow, 'cluster' | 'namespace' | 'name'>;

const shownCounts = ({ by }: CapacityReview) =>
  COUNTS.filter(([, , , isOfNode]) => by === 'node' || by === 'pool' || isOfNode === undefined);

function countCell(name: ColumnName, value: number | null): Cell {
  switch (name) {
    case 'pressureHours':
      return numberCell(value, (known) => known.toFixed(2));
    case 'imageBytesRemoved':
      return bytes(value);
    default:
      return number(value);
  }
}

function rankingOf(review: CapacityReview, words: Words): Table {
  const { by, rows } = review;
  const { noLabel, noName } = words.catalogue.review;
  const clusters = new Set(rows.map(({ cluster }) => cluster)).size > 1;
  const shown = shownCounts(review);
  const names = [
    ...(clusters ? (['cluster'] as const) : []),
    ...(by === 'job' ? (['namespace', 'job'] as const) : [by]),
  ];
  return tableOf(
    [...names.map((name) => [name, 'text'] as const), ...shown.map(([name]) => [name, 'number'] as const)],
    rows.map((row) => [
      ...(clusters ? [text(row.cluster)] : []),
      ...(by === 'job' ? [text(row.namespace ?? '')] : []),
      text(by === 'pool' && row.name === '' ? noLabel : (row.name ?? noName)),
      ...shown.map(([name, , of]) => countCell(name, of(row))),
    ]),
    words
  );
}

function comparisonOf({ total, totalBefore }: CapacityReview, words: Words): Partial<Section> {
  const { columns, noComparison } = words.catalogue.review;
  if (totalBefore === null) {
    return { sentences: [noComparison] };
  }
  const rows = COUNTS.map(([name, , of]) => [
    ...[text(columns[name]), countCell(name, of(totalBefore)), countCell(name, of(total))],
  ]);
  return {
    table: tableOf(
      [
        ['figure', 'text'],
        ['before', 'number'],
        ['now', 'number'],
      ],
      rows,
      words
    ),
  };
}

/** Counts of a week or a day: what the comparison shows, without cases. */
const TREND_COUNTS = [
  ...(['pressureHours', 'reclaims', 'imageGcs', 'containersRemoved', 'imageBytesRemoved'] as const),
  ...(['podsEvicted', 'podsOverLimit', 'podsRejected'] as const),
];

function trendTable({ trend }: CapacityReview, words: Words): Table {
  const rows = trend.map(({ from, counts, usedBytes, addedBytes, filledBytes }) => [
    text(words.times.time(new Date(from).toISOString())),
    ...TREND_COUNTS.map((name) =>
      name === 'pressureHours' ? hours(counts.pressureMs) : countCell(name, counts[name])
    ),
    ...[bytes(filledBytes), bytes(usedBytes), bytes(addedBytes)],
  ]);
  return tableOf(
    [
      ['from', 'text'],
      ...TREND_COUNTS.map((name) => [name, 'number'] as const),
      ['filled', 'number'],
      ['usedAtEnd', 'number'],
      ['added', 'number'],
    ],
    rows,
    words
  );
}

function headroomTable(nodes: readonly NodeCapacity[], words: Words): Table {
  const rows = nodes.flatMap(({ node, headroom }) =>
    headroom.flatMap(({ filesystem, unit, use, distances }) => {
      const part = (used: number) => numberCell(used / use.capacity, (known) => percentText(known * 100));
      const size = (n: number) => numberCell(n, (known) => sizeOf(known, unit));
      return distances.map(({ threshold, at, now, worst, expected }) => [
        ...[text(node), text(`${filesystem} ${unit}`), size(use.capacity), part(use.now), part(use.p95)],
        ...[part(use.worst), text(threshold), part(at), size(now), size(worst), expectedCell(expected, words)],
      ]);
    })
  );
  return tableOf(
    [
      ['node', 'text'],
      ['disk', 'text'],
      ['capacity', 'number'],
      ['now', 'number'],
      ['p95', 'number'],
      ['worst', 'number'],
      ['threshold', 'text'],
      ['at', 'number'],
      ['leftNow', 'number'],
      ['leftAtWorst', 'number'],
      ['expected', 'text'],
    ],
    rows,
    words
  );
}

function expectedCell(expected: Distance['expected'], words: Words): Cell {
  const { review: texts } = words.catalogue;
  switch (expected.kind) {
    case 'crossed':
      return { text: texts.crossed, value: 0 };
    case 'too-little-data':
      return { text: texts.tooLittleData, value: null };
    case 'no-growth':
      return { text: texts.noGrowth, value: null };
    default: {
      const { ms, earliestMs, latestMs } = expected;
      return { text: texts.expectedIn(texts.span(ms), texts.span(earliestMs), texts.span(latestMs)), value: ms };
    }
  }
}

function fillTable(nodes: readonly NodeCapacity[], words: Words): Table {
  const rows = nodes.flatMap(({ node, headroom }) =>
    headroom.map(({ filesystem, unit, use, filledPerHour }) => [
      ...[text(node), text(`${filesystem} ${unit}`)],
      numberCell(filledPerHour, (known) => `${sizeOf(known, unit)}/h`),
      numberCell(use.worstMinute, (known) => `${sizeOf(known, unit)}/min`),
      hours(use.observedMs),
    ])
  );
  return tableOf(
    [
      ['node', 'text'],
      ['disk', 'text'],
      ['filled', 'number'],
      ['worstMinute', 'number'],
      ['observedHours', 'number'],
    ],
    rows,
    words
  );
}

function fillingTable(nodes: readonly NodeCapacity[], words: Words): Table {
  const rows = nodes.flatMap(({ node, filling }) =>
    filling.map(({ filesystem, used, parts, other }) => [
      ...[text(node), text(filesystem), bytes(used)],
      ...CONTENTS.map((content) => {
        const part = parts.find((one) => one.content === content);
        return part === undefined ? { text: '', value: null } : bytes(part.bytes);
      }),
      bytes(other),
    ])
  );
  return tableOf(
    [
      ['node', 'text'],
      ['disk', 'text'],
      ['used', 'number'],
      ...CONTENTS.map((content) => [content, 'number'] as const),
      ['other', 'number'],
    ],
    rows,
    words
  );
}

function familiesOf({ families }: CapacityReview, words: Words): Partial<Section> {
  const { review: texts } = words.catalogue;
  if (families === null) {
    return { sentences: [texts.familiesNotKnown] };
  }
  if (families.length === 0) {
    return { sentences: [texts.noFamily] };
  }
  const hasPulls = families.some(({ pulled }) => pulled !== undefined);
  const rows = families.map(({ namespace, name, logBytes, layerBytes, volumeBytes, podBytes, pulled }) => [
    ...[text(namespace), text(name), bytes(logBytes), bytes(layerBytes), bytes(volumeBytes), bytes(podBytes)],
    ...(hasPulls ? [number(pulled?.pulls ?? 0), bytes(pulled === undefined ? 0 : pulled.bytes)] : []),
    ...(hasPulls ? [number(pulled === undefined ? 0 : pulled.again)] : []),
  ]);
  return {
    sentences: [texts.familiesAtLeast, ...(hasPulls ? [texts.pullsAtMost] : [])],
    table: tableOf(
      [
        ['namespace', 'text'],
        ['job', 'text'],
        ['logBytes', 'number'],
        ['layerBytes', 'number'],
        ['volumeBytes', 'number'],
        ['podBytes', 'number'],
        ...(hasPulls
          ? ([
              ['pulls', 'number'],
              ['pulledBytes', 'number'],
              ['pulledAgain', 'number'],
            ] as const)
          : []),
      ],
      rows,
      words
    ),
  };
}

function whatIfSection(whatIf: WhatIf, maxNodes: number, words: Words): Partial<Section> {
  const { summary, nodes, rotation, ttl, assumptions, changes } = whatIf;
  const { review: texts } = words.catalogue;
  const shown = nodes.slice(0, maxNodes);
  const rows = shown.map(({ node, reclaims, imageGcs, containersKept, logsKept, ...replay }) => [
    ...[text(node), number(reclaims.recorded), number(reclaims.avoided), number(reclaims.added)],
    number(containersKept),
    numberCell(logsKept.atMost, (most) =>
      logsKept.atLeast === most ? numberText(most) : `${numberText(logsKept.atLeast)}–${numberText(most)}`
    ),
    ...[number(imageGcs.recorded), number(imageGcs.recorded - imageGcs.avoided + imageGcs.added)],
    bytes(replay.imageBytesReplayed - replay.imageBytesRecorded),
  ]);
  return {
    sentences: [
      words.render(summary),
      ...(rotation === null ? [] : [words.render({ code: 'what-if-rotation', ...rotation })]),
      ...(ttl === null ? [] : [words.render({ code: 'what-if-ttl', ...ttl, seconds: changes.ttlSeconds ?? 0 })]),
      ...assumptions.map((assumption) => texts.assumption(words.render(assumption))),
      ...(nodes.length > shown.length ? [texts.moreNodes(nodes.length - shown.length)] : []),
    ],
    table: tableOf(
      [
        ['node', 'text'],
        ['reclaims', 'number'],
        ['reclaimsAvoided', 'number'],
        ['reclaimsAdded', 'number'],
        ['containersKept', 'number'],
        ['logsKept', 'number'],
        ['imageGcs', 'number'],
        ['imageGcsReplayed', 'number'],
        ['moreImageBytes', 'number'],
      ],
      rows,
      words
    ),
  };
}

/** A review as a Markdown document. @param range as a text, as `rangeText` writes it */
export function markdownOf(review: CapacityReview, range: string, words: Words): string {
  const title = `# ${words.catalogue.review.title(range)}\n`;
  return [title, ...sectionsOf(review, words).map(markdownSection)].join('\n');
}

/** The time range in the words' time zone. */
export const rangeText = ({ from, to }: ReviewRange, words: Words): string =>
  words.catalogue.review.range(words.times.time(from), words.times.time(to));

function markdownSection({ heading, sentences, table, findings }: Section): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |\n`;
  const drawn =
    table === null
      ? ''
      : [
          line(table.columns.map((column) => column.text)),
          `|${table.columns.map(({ isNumber }) => (isNumber ? ' ---: |' : ' --- |')).join('')}\n`,
          ...table.rows.map((row) => line(row.map((cell) => cell.text))),
        ].join('');
  const changes = findings.map(({ text, paste }) =>
    [...text, ...(paste === '' ? [] : [`\`\`\`yaml\n${paste}\`\`\``])].join('\n\n')
  );
  const parts = [sentences.join('\n\n'), drawn.trimEnd(), ...changes];
  return `## ${heading}\n\n${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** The ranking, quoted as RFC 4180 says, with line feeds as line ends; what is not known is empty. */
export function csvOf(review: CapacityReview): string {
  const cell = (value: string) => (/[",\r\n]/.test(value) ? `"${value.replace(/"/g, '""')}"` : value);
  const shown = shownCounts(review);
  const isJob = review.by === 'job';
  const head = ['cluster', ...(isJob ? ['namespace', 'job_family'] : [review.by]), ...shown.map(([, csv]) => csv)];
  const lines = (review.missing === 'counts' ? [] : review.rows).map((row) => [
    ...[row.cluster, ...(isJob ? [row.namespace ?? ''] : []), row.name ?? ''],
    ...shown.map(([, , of]) => {
      const value = of(row);
      return value === null ? '' : `${Math.round(value * 1e4) / 1e4}`;
    }),
  ]);
  return [head, ...lines].map((cells) => `${cells.map(cell).join(',')}\n`).join('');
}
