import {
  type CapacityReview,
  type CapacityRow,
  type Content,
  CONTENTS,
  type Distance,
  type NodeCapacity,
} from '../../model/capacity';
import { ENGLISH } from '../../model/messages';
import { numberText, percentText, sizeText, spanParts } from '../../model/messages/format';
import { columns } from '../lookup/case-text';

export type CapacityFormat = 'table' | 'markdown' | 'csv' | 'json';

/** What a review is about, for its heading. */
export interface ReviewRange {
  /** RFC 3339. */
  from: string;
  to: string;
}

/** A review as a text. Nothing in it depends on the clock. */
export function capacityText(review: CapacityReview, range: ReviewRange, format: CapacityFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(jsonOf(review, range), null, 2)}\n`;
    case 'csv':
      return csvOf(review);
    case 'markdown':
      return [`# Capacity review, ${rangeText(range)}\n`, ...sectionsOf(review).map(markdownOf)].join('\n');
    default:
      return [`${rangeText(range)}\n`, ...sectionsOf(review).map(plainOf)].join('\n');
  }
}

/** The part of a review under one heading. */
interface Section {
  heading: string;
  sentences?: string[];
  table?: string[][];
  /** What can be pasted, with what it is for. */
  findings?: Array<{ text: string[]; paste: string }>;
}

/** Nodes whose disks a text shows; JSON has all. */
const MAX_NODES = 20;
const NOT_KNOWN = '–';

const stamp = (instant: string) => `${instant.slice(0, 16).replace('T', ' ')} UTC`;
const rangeText = ({ from, to }: ReviewRange) => `${stamp(from)} to ${stamp(to)}`;
const number = (n: number | null) => (n === null ? NOT_KNOWN : numberText(n));
const bytes = (n: number | null) => (n === null ? NOT_KNOWN : size(n, 'bytes'));
const hours = (ms: number | null) => (ms === null ? NOT_KNOWN : (ms / 3_600_000).toFixed(2));

function size(n: number, unit: 'bytes' | 'inodes'): string {
  if (unit === 'inodes') {
    return numberText(Math.round(n));
  }
  const text = sizeText(Math.abs(n)) ?? `${Math.round(Math.abs(n))} B`;
  return n < 0 ? `-${text}` : text;
}

function sectionsOf(review: CapacityReview): Section[] {
  const { nodes, findings, notes } = review;
  const shown = nodes.filter(({ headroom }) => headroom.length > 0).slice(0, MAX_NODES);
  const left = nodes.filter(({ headroom }) => headroom.length > 0).length - shown.length;
  const more = left > 0 ? [`${left} more nodes: -o json has them, --node shows one.`] : [];
  const isBound = shown.some(({ headroom }) => headroom.some(({ use }) => use.isP95Bound));
  const sections: Section[] = [
    { heading: 'Summary', sentences: [ENGLISH.render(review.summary)] },
    { heading: `By ${review.by === 'job' ? 'Job family' : review.by}`, table: rankingOf(review) },
    { heading: 'Compared with the period before', ...comparisonOf(review) },
    {
      heading: 'Headroom',
      sentences: [
        ...(isBound ? ['P95 is at most this: it comes from the percentiles of hours and days.'] : []),
        ...more,
      ],
      table: headroomTable(shown),
    },
    { heading: 'Fill rate', table: fillTable(shown) },
    { heading: 'What fills the disks at the end', table: fillingTable(shown) },
    { heading: 'Job families that wrote most', ...familiesOf(review) },
    {
      heading: 'What to change',
      sentences: findings.length === 0 ? ['The records support no finding.'] : [],
      findings: findings.map(({ evidence, effect, unknown, paste, nodes: on, family }) => ({
        text: [
          family === null ? `${namesOf(on)}: ${ENGLISH.render(evidence)}` : ENGLISH.render(evidence),
          `Effect: ${ENGLISH.render(effect)}`,
          ...(unknown === null ? [] : [`Not known: ${ENGLISH.render(unknown)}`]),
        ],
        paste,
      })),
    },
    { heading: 'Notes', sentences: notes.map((note) => ENGLISH.render(note)) },
  ];
  return sections.filter(
    ({ sentences = [], table = [], findings: some = [] }) => sentences.length + table.length + some.length > 0
  );
}

function familiesOf({ families }: CapacityReview): Pick<Section, 'sentences' | 'table'> {
  if (families === null) {
    return { sentences: ['Not known: rollups tell it, and there is none of this time range.'] };
  }
  const head = ['NAMESPACE', 'JOB FAMILY', 'LOGS WRITTEN', 'LARGEST LAYERS', 'LARGEST VOLUMES', 'LARGEST POD'];
  const lines = families.map(({ namespace, name, logBytes, layerBytes, volumeBytes, podBytes }) => [
    ...[namespace, name, bytes(logBytes), bytes(layerBytes), bytes(volumeBytes), bytes(podBytes)],
  ]);
  return lines.length === 0
    ? { sentences: ['No rollup of this time range names one.'] }
    : {
        sentences: ['At least these: each rollup names only the families that wrote most on its node.'],
        table: [head, ...lines],
      };
}

const namesOf = (names: readonly string[]) =>
  names.length <= MAX_NODES
    ? names.join(', ')
    : `${names.slice(0, MAX_NODES).join(', ')} and ${names.length - MAX_NODES} more`;

/** The numbers of a row that a ranking shows: the node's own are left out elsewhere. */
const COLUMNS: ReadonlyArray<
  readonly [header: string, csv: string, of: (row: Counts) => number | null, isOfNode?: 'node']
> = [
  ['PRESSURE H', 'pressure_hours', ({ pressureMs }) => pressureMs && pressureMs / 3_600_000, 'node'],
  ['RECLAIMS', 'reclaims', ({ reclaims }) => reclaims, 'node'],
  ['IMAGE GC', 'image_gcs', ({ imageGcs }) => imageGcs, 'node'],
  ['CONTAINERS REMOVED', 'containers_removed', ({ containersRemoved }) => containersRemoved],
  ['IMAGES REMOVED', 'images_removed', ({ imagesRemoved }) => imagesRemoved, 'node'],
  ['IMAGE BYTES', 'image_bytes_removed', ({ imageBytesRemoved }) => imageBytesRemoved, 'node'],
  ['PULLED AGAIN', 'images_pulled_again', ({ imagesPulledAgain }) => imagesPulledAgain, 'node'],
  ['EVICTED', 'pods_evicted', ({ podsEvicted }) => podsEvicted],
  ['OVER LIMIT', 'pods_over_limit', ({ podsOverLimit }) => podsOverLimit],
  ['REJECTED', 'pods_rejected', ({ podsRejected }) => podsRejected],
  ['COMPLETE', 'logs_complete', ({ logs }) => logs.complete],
  ['RESCUED', 'logs_rescued', ({ logs }) => logs.rescued],
  ['PARTIAL', 'logs_partial', ({ logs }) => logs.partial],
  ['LOST', 'logs_lost', ({ logs }) => logs.lost],
  ['OPEN', 'logs_open', ({ logs }) => logs.pending + logs.unknown],
];
type Counts = Omit<CapacityRow, 'cluster' | 'namespace' | 'name'>;

const shownColumns = ({ by }: CapacityReview) =>
  COLUMNS.filter(([, , , isOfNode]) => by === 'node' || isOfNode === undefined);

function cellOf(header: string, value: number | null): string {
  switch (header) {
    case 'PRESSURE H':
      return value === null ? NOT_KNOWN : value.toFixed(2);
    case 'IMAGE BYTES':
      return bytes(value);
    default:
      return number(value);
  }
}

function rankingOf(review: CapacityReview): string[][] {
  const { by, rows } = review;
  const clusters = new Set(rows.map(({ cluster }) => cluster)).size > 1;
  const shown = shownColumns(review);
  const head = [
    ...(clusters ? ['CLUSTER'] : []),
    ...(by === 'job' ? ['NAMESPACE', 'JOB FAMILY'] : [by.toUpperCase()]),
    ...shown.map(([header]) => header),
  ];
  const lines = rows.map((row) => [
    ...(clusters ? [row.cluster] : []),
    ...(by === 'job' ? [row.namespace ?? ''] : []),
    row.name ?? '(not known)',
    ...shown.map(([header, , of]) => cellOf(header, of(row))),
  ]);
  return lines.length === 0 ? [] : [head, ...lines];
}

function comparisonOf({ total, totalBefore }: CapacityReview): Pick<Section, 'sentences' | 'table'> {
  if (totalBefore === null) {
    return { sentences: ['Nothing observed the period before: there is no comparison.'] };
  }
  const lines = COLUMNS.map(([header, , of]) => [header, cellOf(header, of(totalBefore)), cellOf(header, of(total))]);
  return { table: [['', 'BEFORE', 'NOW'], ...lines] };
}

function headroomTable(nodes: readonly NodeCapacity[]): string[][] {
  const lines = nodes.flatMap(({ node, headroom }) =>
    headroom.flatMap(({ filesystem, unit, use, distances }) => {
      const part = (used: number) => percentText((used / use.capacity) * 100);
      return distances.map(({ threshold, at, now, worst, expected }) => [
        ...[node, `${filesystem} ${unit}`, size(use.capacity, unit), part(use.now), part(use.p95), part(use.worst)],
        ...[threshold, part(at), size(now, unit), size(worst, unit), expectedText(expected)],
      ]);
    })
  );
  const head = ['NODE', 'DISK', 'CAPACITY', 'NOW', 'P95', 'WORST', 'THRESHOLD', 'AT', 'LEFT NOW', 'LEFT AT WORST'];
  return lines.length === 0 ? [] : [[...head, 'EXPECTED'], ...lines];
}

function expectedText(expected: Distance['expected']): string {
  switch (expected.kind) {
    case 'crossed':
      return 'crossed';
    case 'too-little-data':
      return 'too little data';
    case 'no-growth':
      return 'no steady growth';
    default:
      return `in ${span(expected.ms)} (${span(expected.earliestMs)} to ${span(expected.latestMs)})`;
  }
}

function span(ms: number): string {
  const { value, unit } = spanParts(ms);
  return `${numberText(value)} ${unit}`;
}

function fillTable(nodes: readonly NodeCapacity[]): string[][] {
  const lines = nodes.flatMap(({ node, headroom }) =>
    headroom.map(({ filesystem, unit, use, filledPerHour }) => [
      ...[node, `${filesystem} ${unit}`, `${size(filledPerHour, unit)}/h`, `${size(use.worstMinute, unit)}/min`],
      hours(use.observedMs),
    ])
  );
  return lines.length === 0 ? [] : [['NODE', 'DISK', 'FILLED', 'WORST MINUTE', 'OBSERVED H'], ...lines];
}

const CONTENT_NAMES: Record<Content, string> = {
  images: 'IMAGES',
  layers: 'LAYERS',
  logsLive: 'LIVE LOGS',
  logsDead: 'LOGS OF TERMINATED CONTAINERS',
  volumes: 'VOLUMES',
};

function fillingTable(nodes: readonly NodeCapacity[]): string[][] {
  const lines = nodes.flatMap(({ node, filling }) =>
    filling.map(({ filesystem, used, parts, other }) => [
      ...[node, filesystem, bytes(used)],
      ...CONTENTS.map((content) => {
        const part = parts.find((one) => one.content === content);
        return part === undefined ? '' : bytes(part.bytes);
      }),
      bytes(other),
    ])
  );
  const head = ['NODE', 'DISK', 'USED', ...CONTENTS.map((content) => CONTENT_NAMES[content]), 'OTHER'];
  return lines.length === 0 ? [] : [head, ...lines];
}

function plainOf({ heading, sentences = [], table = [], findings = [] }: Section): string {
  const changes = findings.map(
    ({ text, paste }) => `${text.join('\n')}\n${paste === '' ? '' : `\n${paste.replace(/^(?=.)/gm, '  ')}`}`
  );
  const parts = [
    sentences.map((sentence) => `${sentence}\n`).join(''),
    table.length > 0 ? columns(table) : '',
    ...changes,
  ];
  return `${heading.toUpperCase()}\n${parts.filter((part) => part !== '').join('\n')}`;
}

function markdownOf({ heading, sentences = [], table = [], findings = [] }: Section): string {
  const [head, ...rows] = table;
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |\n`;
  const drawn =
    head === undefined ? '' : [line(head), `|${' --- |'.repeat(head.length)}\n`, ...rows.map(line)].join('');
  const changes = findings.map(
    ({ text, paste }) => `${text.join('\n\n')}\n\n${paste === '' ? '' : `\`\`\`yaml\n${paste}\`\`\`\n`}`
  );
  const parts = [sentences.join('\n\n'), drawn.trimEnd(), ...changes.map((change) => change.trimEnd())];
  return `## ${heading}\n\n${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** The ranking, quoted as RFC 4180 says, with line feeds as line ends; what is not known is empty. */
function csvOf(review: CapacityReview): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  const shown = shownColumns(review);
  const isJob = review.by === 'job';
  const head = ['cluster', ...(isJob ? ['namespace', 'job_family'] : [review.by]), ...shown.map(([, name]) => name)];
  const lines = review.rows.map((row) => [
    ...[row.cluster, ...(isJob ? [row.namespace ?? ''] : []), row.name ?? ''],
    ...shown.map(([, , of]) => {
      const value = of(row);
      return value === null ? '' : `${Math.round(value * 1e4) / 1e4}`;
    }),
  ]);
  return [head, ...lines].map((cells) => `${cells.map(cell).join(',')}\n`).join('');
}

/** The review with its codes, and what they say in English. */
function jsonOf(review: CapacityReview, range: ReviewRange): object {
  const nodes = review.nodes.map(({ disks, headroom, ...node }) => ({
    ...node,
    layout: disks?.layout ?? null,
    observedMs: disks?.observedMs ?? null,
    contents: disks?.contents ?? null,
    headroom: headroom.map(({ use: { points: _, ...use }, ...measure }) => ({ ...measure, use })),
  }));
  const said = <C extends Parameters<typeof ENGLISH.render>[0]>(code: C) => ({ ...code, text: ENGLISH.render(code) });
  return {
    ...range,
    ...review,
    summary: said(review.summary),
    nodes,
    findings: review.findings.map((finding) => ({
      ...finding,
      evidence: said(finding.evidence),
      effect: said(finding.effect),
      unknown: finding.unknown && said(finding.unknown),
    })),
    notes: review.notes.map(said),
  };
}
