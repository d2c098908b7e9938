import type { DataFrame, InterpolateFunction, ScopedVars } from '@grafana/data';
import * as z from 'zod';
import { escapeRegex, quote, selectorOf } from '../../../model/logql';
import { LAYOUTS } from '../../../model/log-layouts';
import { LokiSource } from '../../data/loki-source';
import type { JobTimelineOptions } from '../options';
import { isContainerFrame } from './container-frames';

/** Where the panel has its data from. */
export type Source =
  /** Frames of somebody's own, with a row for each container. */
  | { kind: 'containers' }
  /** All records of the range, which the panel reads itself. */
  | { kind: 'records'; uid: string; selector: string }
  /** The records among the lines that the query gave. */
  | { kind: 'lines' }
  /** Frames of another shape, with fields of these names. */
  | { kind: 'other'; fields: string[] }
  | { kind: 'nothing' };

const lokiTarget = z.object({
  expr: z.string(),
  hide: z.boolean().optional(),
  datasource: z.object({ type: z.literal('loki'), uid: z.string() }),
});

/** What the panel was given: frames, and what was asked for them. */
interface Given {
  series: readonly DataFrame[];
  request?: { targets: readonly unknown[]; scopedVars: ScopedVars };
}

/** Frames of containers go first; then the query of a Loki that begins with a stream selector; then lines. */
export function sourceOf(
  { series, request }: Given,
  { readAll }: Pick<JobTimelineOptions, 'readAll'>,
  replaceVariables: InterpolateFunction
): Source {
  if (series.some(isContainerFrame)) {
    return { kind: 'containers' };
  }
  const query = readAll ? recordQueryOf(request, replaceVariables) : undefined;
  if (query !== undefined) {
    return { kind: 'records', ...query };
  }
  const frames = series.filter(({ fields }) => fields.length > 0);
  if (frames.some(isLogFrame)) {
    return { kind: 'lines' };
  }
  const fields = frames.flatMap((frame) => frame.fields.map(({ name }) => name));
  return fields.length === 0 ? { kind: 'nothing' } : { kind: 'other', fields: [...new Set(fields)] };
}

function recordQueryOf(request: Given['request'], replaceVariables: InterpolateFunction) {
  for (const target of request?.targets ?? []) {
    const { data } = lokiTarget.safeParse(target);
    const selector = data && data.hide !== true ? selectorOf(data.expr) : undefined;
    if (data && selector !== undefined) {
      const filled = replaceVariables(selector, request?.scopedVars, inSelector);
      return { uid: data.datasource.uid, selector: filled };
    }
  }
  return undefined;
}

/** A variable's values inside the quotes of a selector's regular expression, as Grafana's Loki data source puts them. */
const inSelector = (value: unknown): string =>
  quote(Array.isArray(value) ? value.map((one) => escapeRegex(String(one))).join('|') : String(value)).slice(1, -1);

const isLogFrame = ({ fields }: DataFrame) => fields.some(({ name }) => name === 'Line' || name === 'body');

/** The Loki that a source names. @param logs how its logs are labelled */
export const lokiOf = (uid: string, selector: string, logs: JobTimelineOptions['logs']): LokiSource =>
  new LokiSource(uid, selector, LAYOUTS[logs]);
