import type { SyntaxNode } from '@lezer/common';
import { unquote } from '../../common/go-string';
import { badRequest, type RequestError } from '../../common/request-error';

/** A node of the grammar's tree together with the query's text. */
export class Node {
  constructor(
    private readonly node: SyntaxNode,
    private readonly query: string
  ) {}

  get name(): string {
    return this.node.name;
  }

  get text(): string {
    return this.query.slice(this.node.from, this.node.to);
  }

  get from(): number {
    return this.node.from;
  }

  get children(): Node[] {
    const children: Node[] = [];
    for (let child = this.node.firstChild; child; child = child.nextSibling) {
      if (child.name !== 'LineComment') {
        children.push(new Node(child, this.query));
      }
    }
    return children;
  }

  all(...names: string[]): Node[] {
    return this.children.filter((child) => names.includes(child.name));
  }

  find(...names: string[]): Node | undefined {
    return this.all(...names)[0];
  }

  get(...names: string[]): Node {
    const child = this.find(...names);
    if (!child) {
      throw this.unsupported();
    }
    return child;
  }

  /** The nodes of a list that the grammar nests to the left: `List(List(item) item)`. */
  items(list: string, item: string): Node[] {
    return this.children.flatMap((child) =>
      child.name === list ? child.items(list, item) : child.name === item ? [child] : []
    );
  }

  /** The value of the string literal among the children. */
  string(): string {
    return this.get('String').literal();
  }

  literal(): string {
    const value = unquote(this.text);
    if (value === undefined) {
      throw syntaxError(this.query, this.from, `invalid string ${this.text}`);
    }
    return value;
  }

  /** For what the grammar knows and this program does not. */
  unsupported(): RequestError {
    return syntaxError(this.query, this.from, `"${this.text}" is not supported`);
  }
}

export function syntaxError(query: string, at: number, reason: string): RequestError {
  const before = query.slice(0, at);
  const line = before.split('\n').length;
  const column = at - before.lastIndexOf('\n');
  return badRequest(`parse error at line ${line}, col ${column}: ${reason}`);
}
