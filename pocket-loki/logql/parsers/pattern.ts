import { badRequest } from '../../common/request-error';
import type { StageRun } from '../rows/stage';

/** A pattern such as `<ip> - <_> [<time>]`: literals and captures in turn. */
type Part = { literal: string } | { capture: string };

const capture = /<([a-zA-Z_][a-zA-Z0-9_]*)>/g;

function parsePattern(pattern: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of pattern.matchAll(capture)) {
    if (match.index > at) {
      parts.push({ literal: pattern.slice(at, match.index) });
    } else if (at > 0) {
      const before = parts.at(-1);
      const left = before && 'capture' in before ? `<${before.capture}>` : '';
      throw badRequest(`found consecutive capture '${left}${match[0]}': invalid expression`);
    }
    parts.push({ capture: match[1] ?? '_' });
    at = match.index + match[0].length;
  }
  if (at < pattern.length) {
    parts.push({ literal: pattern.slice(at) });
  }
  return parts;
}

/** `| pattern "<a> <b>"` */
export function patternParser(pattern: string): StageRun {
  const parts = parsePattern(pattern);
  const names = parts.flatMap((part) => ('capture' in part && part.capture !== '_' ? [part.capture] : []));
  if (names.length === 0) {
    throw badRequest('at least one capture is required');
  }
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw badRequest(`duplicate capture name (${twice}): invalid expression`);
  }
  return ({ line, labels }) => {
    matchPattern(parts, line, (name, value) => labels.extract(name, value));
    return true;
  };
}

/** A literal that is missing ends the matching: the capture before it takes the rest. */
function matchPattern(parts: readonly Part[], line: string, visit: (name: string, value: string) => void): void {
  let at = 0;
  for (const [i, part] of parts.entries()) {
    if ('literal' in part) {
      if (i === 0 && !line.startsWith(part.literal)) {
        return;
      }
      at += part.literal.length;
      continue;
    }
    const next = parts[i + 1];
    const end = next && 'literal' in next ? line.indexOf(next.literal, at) : -1;
    if (part.capture !== '_' && line !== '') {
      visit(part.capture, line.slice(at, end < 0 ? line.length : end));
    }
    if (end < 0) {
      return;
    }
    at = end;
  }
}

/** `|> "<_> error <_>"`: whether a pattern matches the whole line; no capture may be empty. */
export function linePattern(pattern: string): (line: string) => boolean {
  const parts = parsePattern(pattern);
  const named = parts.find((part) => 'capture' in part && part.capture !== '_');
  if (named && 'capture' in named) {
    throw badRequest(`named captures are not allowed: found '<${named.capture}>'`);
  }
  const last = parts.at(-1);
  const open = last !== undefined && 'capture' in last;
  return (line) => {
    if (line === '' || parts.length === 0) {
      return line === '' && parts.length === 0;
    }
    let at = 0;
    for (const [i, part] of parts.entries()) {
      if ('literal' in part) {
        const found = line.indexOf(part.literal, at);
        if (found < 0 || (i !== 0 && found === at)) {
          return false;
        }
        at = found + part.literal.length;
      }
    }
    return open === at < line.length;
  };
}
