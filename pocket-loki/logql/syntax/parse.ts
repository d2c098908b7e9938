import { parser } from '@grafana/lezer-logql';
import type { SyntaxNode, Tree } from '@lezer/common';
import { badRequest, type RequestError } from '../../common/request-error';
import { emptySelector, type Expr } from './ast';
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
  if (Buffer.byteLength(query) > maxQueryBytes) {
    throw badRequest(`parse error : input size too long (${Buffer.byteLength(query)} > ${maxQueryBytes})`);
  }
  const tree = parser.parse(query);
  limitDepth(tree);
  const { topNode } = tree;
  const error = firstError(topNode);
  if (error) {
    throw explain(error, query);
  }
  return parseExpr(new Node(topNode, query).get('Expr'));
}

/** Loki's bound, https://github.com/grafana/loki/blob/v3.7.6/pkg/logql/syntax/parser.go. */
const maxQueryBytes = 131_072;
/** Levels of the tree, on which the functions here call themselves; operators and stages in a row nest as well. */
const maxDepth = 1000;

function limitDepth(tree: Tree): void {
  let depth = 0;
  tree.iterate({
    enter: () => {
      if (++depth > maxDepth) {
        throw badRequest(`parse error : the query is nested deeper than ${maxDepth} levels`);
      }
    },
    leave: () => {
      depth--;
    },
  });
}

function firstError(node: SyntaxNode): SyntaxNode | undefined {
  if (node.type.isError && !isTolerated(node)) {
    return node;
  }
  for (let child = node.firstChild; child; child = child.nextSibling) {
    const error = firstError(child);
    if (error) {
      return error;
    }
  }
  return undefined;
}

/** What Loki allows and the grammar marks as an error, but so that the tree still tells what is meant. */
function isTolerated({ parent, firstChild, prevSibling, nextSibling, from, to }: SyntaxNode): boolean {
  switch (parent?.name) {
    case 'LabelFilter':
      // `a="b" c="d"`: an `and` that is not written.
      return from === to && prevSibling?.name === 'LabelFilter' && nextSibling?.name === 'LabelFilter';
    case 'RangeAggregationExpr':
      // An offset behind an unwrap that has filters.
      return (
        (firstChild?.name === 'Offset' && nextSibling?.firstChild?.name === 'Duration') ||
        (firstChild?.name === 'Duration' && prevSibling?.firstChild?.name === 'Offset')
      );
    default:
      return false;
  }
}

function explain({ from, to }: SyntaxNode, query: string): RequestError {
  if (query[from] === '}' && /\{\s*$/.test(query.slice(0, from))) {
    return badRequest(emptySelector);
  }
  const unexpected = query.slice(from, to) || query.slice(from).trim() || '$end';
  const word = /^\S{1,40}/.exec(unexpected)?.[0] ?? unexpected;
  return syntaxError(query, from, `syntax error: unexpected ${word}`);
}
