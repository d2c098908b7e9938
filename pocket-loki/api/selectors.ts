import { compileSelector } from '../logql/matching/matcher';
import { parseQuery } from '../logql/syntax/parse';
import type { Matcher } from '../logql/syntax/ast';
import { badRequest } from '../common/request-error';
import type { LogReader } from '../storage/log-reader';
import type { Span } from '../storage/scan';
import type { Stream } from '../storage/stream-index';

const everything = /^\s*\{\s*\}\s*$/;

/** Streams by a selector, as the endpoints want it that read no entries. */
export interface Selected {
  streams: Stream[];
  matchers: Matcher[];
}

/**
 * The streams that match and that may have entries in the span. Without a selector: all.
 *
 * @param allowAll whether `{}` means all streams too
 * @throws RequestError 400 where it is no selector, or has more than label matchers
 */
export function selectStreams(
  storage: LogReader,
  selector: string | undefined,
  { from, until }: Span,
  allowAll: boolean
): Selected {
  const streams = storage.streams.within(from, until);
  if (selector === undefined || (allowAll && everything.test(selector))) {
    return { streams, matchers: [] };
  }
  const expr = parseQuery(selector);
  if (expr.kind !== 'log' || expr.stages.length > 0) {
    throw badRequest('only label matchers are supported');
  }
  const matches = compileSelector(expr.matchers);
  return { streams: streams.filter(({ labels }) => matches(labels)), matchers: expr.matchers };
}
