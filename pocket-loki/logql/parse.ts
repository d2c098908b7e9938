import { parser } from '@grafana/lezer-logql';
import { badRequest, type RequestError } from '../request-error';
import type { Expr } from './ast';
import { emptySelector } from './matcher';
import { parseExpr } from './parse-metrics';
import { Node, syntaxError } from './tree';

/**
 * A LogQL query.
 *
 * @throws RequestError 400 that names the place and the text that is wrong or not supported
 */
export function parseQuery(query: string): Expr {
  if (query.trim() === '') {
    throw badRequest('parse error : syntax error: unexpected $end');
  }
  const tree = parser.parse(query);
  const failure = firstError(query);
  if (failure) {
    throw failure;
  }
  return parseExpr(new Node(tree.topNode, query).get('Expr'));

  function firstError(text: string): RequestError | undefined {
    let found: RequestError | undefined;
    tree.iterate({
      enter: ({ type, from, to }) => {
        if (type.isError && !found) {
          if (/\{\s*$/.test(text.slice(0, from)) && text[from] === '}') {
            found = badRequest(emptySelector);
            return;
          }
          const unexpected = text.slice(from, to) || text.slice(from).trim() || '$end';
          const word = /^\S{1,40}/.exec(unexpected)?.[0] ?? unexpected;
          found = syntaxError(text, from, `syntax error: unexpected ${word}`);
        }
      },
    });
    return found;
  }
}
