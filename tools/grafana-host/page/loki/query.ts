import type { TimeRange } from '@grafana/data';
import * as z from 'zod';

/** A query as panels, Explore and apps hand it to Grafana's Loki data source, with that one's defaults. */
export const lokiQuery = z.object({
  refId: z.string(),
  expr: z.string(),
  queryType: z.enum(['range', 'instant']).default('range').catch('range'),
  maxLines: z.number().default(1000),
  direction: z.enum(['backward', 'forward']).default('backward'),
  step: z.string().optional(),
  legendFormat: z.string().optional(),
  hide: z.boolean().default(false),
});
export type LokiQuery = z.infer<typeof lokiQuery>;

/** Milliseconds since 1970. */
export interface Span {
  from: number;
  to: number;
}

const DAY_MS = 86_400_000;
/** Loki refuses more points in a series. */
const MOST_POINTS = 11_000;

/**
 * The pieces in which Grafana asks for a long range, newest first: a day each, but for instant queries, for those over
 * the whole range and for those that say `do-not-chunk`.
 */
export function piecesOf({ queryType, expr, refId }: LokiQuery, { from, to }: Span): Span[] {
  if (queryType === 'instant' || expr.includes('$__range') || refId.includes('do-not-chunk') || to <= from) {
    return [{ from, to }];
  }
  const pieces: Span[] = [];
  for (let end = to; end > from; end -= DAY_MS) {
    pieces.push({ from: Math.max(from, end - DAY_MS), to: end });
  }
  return pieces;
}

const UNITS_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: DAY_MS, w: 7 * DAY_MS };

/**
 * Milliseconds between two points of a series: what the query says, else the panel's interval, but no less than Loki
 * allows for the span. As grafana/grafana `pkg/tsdb/loki/step.go` has it.
 */
export function stepOf({ from, to }: Span, intervalMs: number, step?: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(step?.trim() ?? '') ?? [];
  const asked = amount === undefined ? intervalMs : Number(amount) * (UNITS_MS[unit] ?? 1);
  return Math.max(Math.round(asked), Math.ceil((to - from) / MOST_POINTS), 1);
}

/** The expression with the variables that Grafana's server puts in. @param stepMs milliseconds */
export function interpolate(expr: string, { from, to }: Span, stepMs: number): string {
  const [rangeMs, rangeSeconds] = [to - from, Math.round((to - from) / 1000)];
  const values: Record<string, string> = {
    __interval_ms: `${stepMs}`,
    __interval: `${stepMs}ms`,
    __range_ms: `${rangeMs}`,
    __range_s: `${rangeSeconds}`,
    __range: `${rangeSeconds}s`,
    __auto: `${stepMs}ms`,
  };
  return expr.replace(/\$(?:\{(\w+)\}|(\w+))/g, (text, braced?: string, bare?: string) => {
    return values[braced ?? bare ?? ''] ?? text;
  });
}

/** A variable's values inside the quotes of LogQL: several become a regular expression. */
export const inQuery = (value: string | string[]): string =>
  typeof value === 'string'
    ? value.replace(/[\\"]/g, '\\$&')
    : value.map((one) => one.replace(/[\\^$*+?.()|[\]{}]/g, '\\\\$&').replace(/"/g, '\\"')).join('|');

export const spanOf = ({ from, to }: TimeRange): Span => ({ from: from.valueOf(), to: to.valueOf() });
