import { unquote } from '../../common/go-string';
import { TemplateSyntaxError, type Token, tokenize } from './lexer';
import type { Command, Node, Operand, Pipe } from './nodes';

const blocks = ['if', 'with', 'range'] as const;
type Block = (typeof blocks)[number];

/** @param isFunction which names may be called @throws TemplateSyntaxError */
export function parseTemplate(template: string, isFunction: (name: string) => boolean): Node[] {
  return new Parser(tokenize(template), isFunction).template();
}

/** Blocks and parentheses inside each other; far more than anybody writes. */
const maxDepth = 100;

class Parser {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly isFunction: (name: string) => boolean
  ) {}

  template(): Node[] {
    const { nodes, end } = this.list();
    if (end !== undefined) {
      throw new TemplateSyntaxError(`unexpected {{${end}}}`);
    }
    return nodes;
  }

  /** Nodes up to the `else` or `end` that is not theirs. */
  private list(): { nodes: Node[]; end: 'else' | 'end' | undefined } {
    const nodes: Node[] = [];
    for (let token = this.tokens[this.at++]; token; token = this.tokens[this.at++]) {
      if (token.kind === 'text') {
        nodes.push({ kind: 'text', text: token.text });
        continue;
      }
      const keyword = this.keyword();
      if (keyword === 'else' || keyword === 'end') {
        return { nodes, end: keyword };
      }
      nodes.push(keyword ? this.block(keyword) : this.output());
    }
    return { nodes, end: undefined };
  }

  private keyword(): Block | 'else' | 'end' | undefined {
    const token = this.tokens[this.at];
    const found =
      token?.kind === 'name' ? ([...blocks, 'else', 'end'] as const).find((word) => word === token.text) : undefined;
    this.at += found ? 1 : 0;
    return found;
  }

  private output(): Node {
    const pipe = this.pipe();
    this.expectClose();
    return { kind: 'output', pipe };
  }

  private block(kind: Block): Node {
    return this.nested(() => this.blockBody(kind));
  }

  private nested<T>(parse: () => T): T {
    if (++this.depth > maxDepth) {
      throw new TemplateSyntaxError(`nested deeper than ${maxDepth} levels`);
    }
    const result = parse();
    this.depth--;
    return result;
  }

  private blockBody(kind: Block): Node {
    const pipe = this.pipe();
    this.expectClose();
    const { nodes: then, end } = this.list();
    if (end === undefined) {
      throw new TemplateSyntaxError('unexpected EOF');
    }
    return { kind, pipe, then, otherwise: end === 'else' ? this.otherwise() : this.closed([]) };
  }

  /** `{{else}}…{{end}}`, or `{{else if …}}`, which needs no end of its own. */
  private otherwise(): Node[] {
    const keyword = this.keyword();
    if (keyword === 'if' || keyword === 'with') {
      return [this.block(keyword)];
    }
    this.expectClose();
    const { nodes, end } = this.list();
    if (end !== 'end') {
      throw new TemplateSyntaxError(end === undefined ? 'unexpected EOF' : 'unexpected {{else}}');
    }
    return this.closed(nodes);
  }

  private closed(nodes: Node[]): Node[] {
    this.expectClose();
    return nodes;
  }

  private pipe(): Pipe {
    const { variables, assigns } = this.declaration();
    const commands = [this.command()];
    while (this.symbol('|')) {
      commands.push(this.command());
    }
    return { variables, assigns, commands };
  }

  private declaration(): Pick<Pipe, 'variables' | 'assigns'> {
    const start = this.at;
    const variables: string[] = [];
    for (let token = this.tokens[this.at]; token?.kind === 'variable'; token = this.tokens[this.at]) {
      variables.push(token.text);
      this.at++;
      this.symbol(',');
    }
    if (variables.length > 0 && this.symbol(':=')) {
      return { variables, assigns: false };
    }
    if (variables.length > 0 && this.symbol('=')) {
      return { variables, assigns: true };
    }
    this.at = start;
    return { variables: [], assigns: false };
  }

  private command(): Command {
    const operands: Operand[] = [];
    for (let operand = this.operand(); operand; operand = this.operand()) {
      operands.push(operand);
    }
    const [first, ...rest] = operands;
    if (!first) {
      throw new TemplateSyntaxError('missing value for command');
    }
    if (first.kind !== 'call' && rest.length > 0) {
      throw new TemplateSyntaxError('a value that is no function cannot have arguments');
    }
    return { operands };
  }

  private operand(): Operand | undefined {
    const token = this.tokens[this.at];
    switch (token?.kind) {
      case 'field':
        this.at++;
        return {
          kind: 'path',
          from: 'dot',
          fields: [...(token.text === '.' ? [] : [token.text.slice(1)]), ...this.fields()],
        };
      case 'variable':
        this.at++;
        return { kind: 'path', from: { variable: token.text }, fields: this.fields() };
      case 'string':
        this.at++;
        return { kind: 'literal', value: stringOf(token.text) };
      case 'number':
        this.at++;
        return { kind: 'literal', value: numberOf(token.text) };
      case 'name':
        this.at++;
        return this.name(token.text);
      default:
        return this.symbol('(') ? this.parenthesis() : undefined;
    }
  }

  private fields(): string[] {
    const fields: string[] = [];
    for (
      let token = this.tokens[this.at];
      token?.kind === 'field' && token.joined && token.text !== '.';
      token = this.tokens[this.at]
    ) {
      fields.push(token.text.slice(1));
      this.at++;
    }
    return fields;
  }

  private name(name: string): Operand {
    if (name === 'true' || name === 'false') {
      return { kind: 'literal', value: name === 'true' };
    }
    if (name === 'nil') {
      return { kind: 'literal', value: undefined };
    }
    if (!this.isFunction(name)) {
      throw new TemplateSyntaxError(`function "${name}" not defined`);
    }
    return { kind: 'call', name };
  }

  private parenthesis(): Operand {
    const from = this.nested(() => this.pipe());
    if (!this.symbol(')')) {
      throw new TemplateSyntaxError('unclosed left paren');
    }
    return { kind: 'path', from, fields: this.fields() };
  }

  private symbol(text: string): boolean {
    const token = this.tokens[this.at];
    const found = token?.kind === 'symbol' && token.text === text;
    this.at += found ? 1 : 0;
    return found;
  }

  private expectClose(): void {
    const token = this.tokens[this.at++];
    if (token?.kind !== 'close') {
      throw new TemplateSyntaxError(`unexpected ${token && 'text' in token ? `"${token.text}"` : 'end'} in action`);
    }
  }
}

/** A number without a fraction is an integer. */
function numberOf(text: string): number | bigint {
  if (!/^[-+]?(?:0[xX][\da-fA-F]+|\d+)$/.test(text)) {
    return Number(text);
  }
  const digits = text.replace(/^[-+]/, '');
  return text.startsWith('-') ? -BigInt(digits) : BigInt(digits);
}

function stringOf(literal: string): string | bigint {
  if (literal.startsWith("'")) {
    // A character constant is a number in Go.
    return BigInt(unquote(`"${literal.slice(1, -1).replace('"', '\\"')}"`)?.codePointAt(0) ?? 0);
  }
  const value = unquote(literal);
  if (value === undefined) {
    throw new TemplateSyntaxError(`malformed string ${literal}`);
  }
  return value;
}
