import {
  type CapacityReview,
  csvOf,
  markdownOf,
  rangeText,
  type ReviewRange,
  type Section,
  sectionsOf,
} from '../../model/capacity';
import { ENGLISH, type Words } from '../../model/messages';
import { columns } from '../lookup/case-text';

export type CapacityFormat = 'table' | 'markdown' | 'csv';

/** A review as a text. Nothing in it depends on the clock. */
export function capacityText(review: CapacityReview, range: ReviewRange, format: CapacityFormat, words: Words): string {
  switch (format) {
    case 'csv':
      return csvOf(review);
    case 'markdown':
      return markdownOf(review, rangeText(range, words), words);
    default:
      return [`${rangeText(range, words)}\n`, ...sectionsOf(review, words).map(plainOf)].join('\n');
  }
}

function plainOf({ heading, sentences, table, findings }: Section): string {
  const changes = findings.map(
    ({ text, paste }) => `${text.join('\n')}\n${paste === '' ? '' : `\n${paste.replace(/^(?=.)/gm, '  ')}`}`
  );
  const rows = table === null ? [] : table.rows.map((row) => row.map(({ text }) => text));
  const head = table === null ? [] : table.columns.map(({ text }) => text.toUpperCase());
  const parts = [
    sentences.map((sentence) => `${sentence}\n`).join(''),
    rows.length > 0 ? columns([head, ...rows]) : '',
    ...changes,
  ];
  return `${heading.toUpperCase()}\n${parts.filter((part) => part !== '').join('\n')}`;
}

/** The review with its codes, and what they say in English. */
export function capacityJson(review: CapacityReview, range: ReviewRange): object {
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
    whatIf: review.whatIf && {
      ...review.whatIf,
      summary: said(review.whatIf.summary),
      assumptions: review.whatIf.assumptions.map(said),
    },
    notes: review.notes.map(said),
  };
}
