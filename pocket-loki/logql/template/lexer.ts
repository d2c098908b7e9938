/** The tokens of an action of Go's text/template (https://pkg.go.dev/text/template). */
export type Token =
  | { kind: 'text'; text: string }
  | { kind: 'open' | 'close' }
  /** `joined`: without a space before it. */
  | { kind: 'field' | 'variable' | 'name' | 'string' | 'number' | 'symbol'; text: string; joined: boolean };

export class TemplateSyntaxError extends Error {}

const token =
  /(\s*)(?:(\.[A-Za-z_]\w*|\.)|(\$\w*)|([A-Za-z_]\w*)|("(?:[^"\\\n]|\\[^])*"|`[^`]*`|'(?:[^'\\]|\\[^])')|([-+]?(?:0[xX][\da-fA-F]+|\d+(?:\.\d*)?(?:[eE][-+]?\d+)?))|(:=|[|()=,]))/y;
const kinds = ['field', 'variable', 'name', 'string', 'number', 'symbol'] as const;

/** @throws TemplateSyntaxError */
export function tokenize(template: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let trim = false;
  while (at < template.length) {
    const open = template.indexOf('{{', at);
    let text = template.slice(at, open < 0 ? template.length : open);
    text = trim ? text.trimStart() : text;
    if (open < 0) {
      tokens.push({ kind: 'text', text });
      break;
    }
    const match = actionAt(template, open);
    tokens.push({ kind: 'text', text: match.trimBefore ? text.trimEnd() : text });
    if (!match.comment) {
      tokens.push({ kind: 'open' }, ...tokensOf(match.body), { kind: 'close' });
    }
    trim = match.trimAfter;
    at = match.end;
  }
  return tokens;
}

interface Action {
  body: string;
  comment: boolean;
  trimBefore: boolean;
  trimAfter: boolean;
  end: number;
}

/** Strings in an action may contain what would end it. */
const actionBody =
  /\{\{(-(?=\s))?((?:"(?:[^"\\]|\\[^])*"|`[^`]*`|'(?:[^'\\]|\\[^])'|(?!\s-\}\}|\}\})[^"`'])*)(\s-)?\}\}/y;

function actionAt(template: string, open: number): Action {
  actionBody.lastIndex = open;
  const match = actionBody.exec(template);
  if (!match) {
    throw new TemplateSyntaxError('unclosed action');
  }
  const body = match[2] ?? '';
  const comment = /^\s*\/\*[^]*\*\/\s*$/.test(body);
  return {
    body,
    comment,
    trimBefore: match[1] !== undefined,
    trimAfter: match[3] !== undefined,
    end: actionBody.lastIndex,
  };
}

function tokensOf(body: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (body.slice(at).trim() !== '') {
    token.lastIndex = at;
    const match = token.exec(body);
    const group = match?.slice(2).findIndex((text) => text !== undefined) ?? -1;
    const kind = kinds[group];
    if (!match || kind === undefined) {
      throw new TemplateSyntaxError(`unexpected "${body.slice(at).trim()[0]}" in command`);
    }
    tokens.push({ kind, text: match[group + 2] ?? '', joined: match[1] === '' });
    at = token.lastIndex;
  }
  return tokens;
}
