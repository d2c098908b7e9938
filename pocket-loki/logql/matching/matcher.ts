import type { Labels } from '../../common/labels';
import { badRequest, RequestError } from '../../common/request-error';
import { emptySelector, type Matcher } from '../syntax/ast';
import { compileAnchored } from './regex';

export type Predicate = (value: string) => boolean;

/** The test of a label's value; a label that is missing has the value ''. */
export function compileMatcher({ op, value }: Pick<Matcher, 'op' | 'value'>): Predicate {
  switch (op) {
    case '=':
      return (text) => text === value;
    case '!=':
      return (text) => text !== value;
    default: {
      const regex = compileAnchored(value);
      return op === '=~' ? (text) => regex.test(text) : (text) => !regex.test(text);
    }
  }
}

/** @throws RequestError 400 where a pattern is invalid */
function compileMatchers(matchers: readonly Matcher[]): (labels: Labels) => boolean {
  const tests = matchers.map((matcher) => ({ name: matcher.name, test: compileMatcher(matcher) }));
  return (labels) => tests.every(({ name, test }) => test(labels.get(name) ?? ''));
}

/**
 * The selector of a query. One that could select streams by labels they lack would have to read everything.
 *
 * @throws RequestError 400 where no matcher asks for a value
 */
export function compileSelector(matchers: readonly Matcher[]): (labels: Labels) => boolean {
  const compiled = naming(() => compileMatchers(matchers));
  const asks = matchers.some((matcher) => (matcher.op === '=' || matcher.op === '=~') && !compileMatcher(matcher)(''));
  if (!asks) {
    throw badRequest(emptySelector);
  }
  return compiled;
}

function naming<T>(compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    throw error instanceof RequestError ? badRequest(`parse error : ${error.message}`) : error;
  }
}
