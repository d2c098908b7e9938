import { badRequest } from '../../common/request-error';
import { templateFunctions } from './functions';
import { TemplateSyntaxError } from './lexer';
import type { Command, Node, Operand, Pipe } from './nodes';
import { parseTemplate } from './parser';
import { isTrue, limitText, TemplateError, textOf, Time, type Value } from './values';

/** What a template sees of an entry. */
export interface TemplateInput {
  labels: ReadonlyMap<string, string>;
  line: string;
  /** Nanoseconds since 1970. */
  time: bigint;
}

export { TemplateError } from './values';

const entryFunctions = new Set(['__line__', '__timestamp__']);

/** A template of `line_format` or `label_format`: Go's text/template with Loki's functions. */
export class Template {
  private readonly nodes: Node[];
  /** Set where the template is `{{.label}}` and no more. */
  private readonly label: string | undefined;

  /** @throws RequestError 400 where the template cannot be parsed */
  constructor(template: string) {
    try {
      this.nodes = parseTemplate(template, (name) => templateFunctions.has(name) || entryFunctions.has(name));
    } catch (error) {
      throw error instanceof TemplateSyntaxError ? badRequest(`template: line:1: ${error.message}`) : error;
    }
    this.label = /^\{\{\s*\.([A-Za-z_]\w*)\s*\}\}$/.exec(template)?.[1];
  }

  /** @throws TemplateError where a function cannot do its work on this entry */
  run(input: TemplateInput): string {
    if (this.label !== undefined) {
      return input.labels.get(this.label) ?? '';
    }
    return new Run(input).list(this.nodes);
  }
}

/** One execution: the dot, and the variables that are in scope. */
class Run {
  private dot: Value;
  private readonly scopes: Array<Map<string, Value>>;

  constructor(private readonly input: TemplateInput) {
    this.dot = new Map(input.labels);
    this.scopes = [new Map([['$', this.dot]])];
  }

  list(nodes: readonly Node[]): string {
    this.scopes.push(new Map());
    const out = joined(nodes.map((node) => this.node(node)));
    this.scopes.pop();
    return out;
  }

  private node(node: Node): string {
    switch (node.kind) {
      case 'text':
        return node.text;
      case 'output': {
        const value = this.pipe(node.pipe);
        return node.pipe.variables.length > 0 ? '' : textOf(value);
      }
      case 'range':
        return this.range(node);
      default: {
        this.scopes.push(new Map());
        const value = this.pipe(node.pipe);
        const out = !isTrue(value)
          ? this.list(node.otherwise)
          : node.kind === 'with'
            ? this.withDot(value, node.then)
            : this.list(node.then);
        this.scopes.pop();
        return out;
      }
    }
  }

  private range(node: Extract<Node, { pipe: Pipe; then: Node[] }>): string {
    const { variables, commands } = node.pipe;
    const value = this.pipe({ variables: [], assigns: false, commands });
    const items = itemsOf(value);
    if (items.length === 0) {
      return this.list(node.otherwise);
    }
    let length = 0;
    const rounds = items.map(([key, item]) => {
      const [first, second] = variables;
      const scope = new Map<string, Value>();
      if (first !== undefined) {
        scope.set(first, second === undefined ? item : key);
      }
      if (second !== undefined) {
        scope.set(second, item);
      }
      this.scopes.push(scope);
      const out = this.withDot(item, node.then);
      this.scopes.pop();
      length = limitText(length + out.length, 'range');
      return out;
    });
    return joined(rounds);
  }

  private withDot(dot: Value, nodes: readonly Node[]): string {
    const outer = this.dot;
    this.dot = dot;
    const out = this.list(nodes);
    this.dot = outer;
    return out;
  }

  private pipe({ variables, assigns, commands }: Pipe): Value {
    let value: Value;
    commands.forEach((command, i) => {
      value = this.command(command, i > 0 ? [value] : []);
    });
    for (const name of variables) {
      const scope = assigns ? this.scopes.findLast((known) => known.has(name)) : this.scopes.at(-1);
      scope?.set(name, value);
    }
    return value;
  }

  private command({ operands: [first, ...rest] }: Command, last: Value[]): Value {
    if (first?.kind !== 'call') {
      return first && this.operand(first);
    }
    const args = [...rest.map((operand) => this.operand(operand)), ...last];
    return this.call(first.name, args);
  }

  private call(name: string, args: Value[]): Value {
    if (name === '__line__') {
      return this.input.line;
    }
    if (name === '__timestamp__') {
      return new Time(this.input.time);
    }
    const run = templateFunctions.get(name);
    if (!run) {
      throw new TemplateError(`function "${name}" not defined`);
    }
    const result = run(...args);
    return typeof result === 'string' ? limitText(result, name) : result;
  }

  private operand(operand: Operand): Value {
    switch (operand.kind) {
      case 'literal':
        return operand.value;
      case 'call':
        return this.call(operand.name, []);
      default:
        return operand.fields.reduce<Value>(field, this.start(operand.from));
    }
  }

  private start(from: Extract<Operand, { kind: 'path' }>['from']): Value {
    if (from === 'dot') {
      return this.dot;
    }
    if ('variable' in from) {
      const scope = this.scopes.findLast((known) => known.has(from.variable));
      return scope?.get(from.variable);
    }
    return this.pipe(from);
  }
}

function joined(parts: readonly string[]): string {
  limitText(
    parts.reduce((length, part) => length + part.length, 0),
    'template'
  );
  return parts.join('');
}

/** A label that is missing is empty text, as with Go's `missingkey=zero` on a map of strings. */
function field(value: Value, name: string): Value {
  if (!(value instanceof Map)) {
    throw new TemplateError(`can't evaluate field ${name} in ${textOf(value)}`);
  }
  return value.get(name) ?? '';
}

function itemsOf(value: Value): Array<[Value, Value]> {
  if (Array.isArray(value)) {
    return value.map((item, i) => [BigInt(i), item]);
  }
  return value instanceof Map ? [...value].sort(([a], [b]) => (a < b ? -1 : 1)) : [];
}
