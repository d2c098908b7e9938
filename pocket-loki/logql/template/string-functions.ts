import { compileRegex, type Regex } from '../matching/regex';
import { countOf, onText, type TemplateFunctions } from './calls';
import { isTrue, limitText, longestText, TemplateError, textOf } from './values';

export const stringFunctions: TemplateFunctions = {
  lower: onText((s = '') => lower(s)),
  upper: onText((s = '') => upper(s)),
  ToLower: onText((s = '') => lower(s)),
  ToUpper: onText((s = '') => upper(s)),
  title: onText((s = '') => s.replace(/(?<![\p{L}\p{N}_'])\p{L}/gu, upper)),
  Replace: (s, from, to, count) => replace(textOf(s), textOf(from), textOf(to), countOf(count)),
  replace: onText((from = '', to = '', s = '') => replace(s, from, to, -1)),
  trim: onText((s = '') => s.trim()),
  TrimSpace: onText((s = '') => s.trim()),
  trimAll: onText((chars = '', s = '') => trimChars(s, chars, true, true)),
  Trim: onText((s = '', chars = '') => trimChars(s, chars, true, true)),
  TrimLeft: onText((s = '', chars = '') => trimChars(s, chars, true, false)),
  TrimRight: onText((s = '', chars = '') => trimChars(s, chars, false, true)),
  trimPrefix: onText((prefix = '', s = '') => withoutPrefix(s, prefix)),
  TrimPrefix: onText((s = '', prefix = '') => withoutPrefix(s, prefix)),
  trimSuffix: onText((suffix = '', s = '') => withoutSuffix(s, suffix)),
  TrimSuffix: onText((s = '', suffix = '') => withoutSuffix(s, suffix)),
  trunc: (count, s) => truncate(countOf(count), textOf(s)),
  substr: (from, to, s) => substring(countOf(from), countOf(to), textOf(s)),
  contains: onText((part = '', s = '') => s.includes(part)),
  hasPrefix: onText((prefix = '', s = '') => s.startsWith(prefix)),
  hasSuffix: onText((suffix = '', s = '') => s.endsWith(suffix)),
  indent: (count, s) => indent(countOf(count), textOf(s)),
  nindent: (count, s) => `\n${indent(countOf(count), textOf(s))}`,
  repeat: (count, s) => repeat(textOf(s), countOf(count)),
  alignLeft: (count, s) => align(countOf(count), textOf(s), false),
  alignRight: (count, s) => align(countOf(count), textOf(s), true),
  b64enc: onText((s = '') => Buffer.from(s).toString('base64')),
  b64dec: onText((s = '') => Buffer.from(s, 'base64').toString()),
  urlencode: onText(encodeUrl),
  urlquery: onText(encodeUrl),
  urldecode: onText((s = '') => decodeUrl(s)),
  html: onText((s = '') => s.replace(/[&<>'"]/g, (c) => `&#${c.charCodeAt(0)};`)),
  js: onText((s = '') => JSON.stringify(s).slice(1, -1)),
  default: (fallback, value) => (isTrue(value) ? value : fallback),
  regexReplaceAll: onText((pattern = '', s = '', to = '') => replaceMatches(regexOf(pattern), s, to, true)),
  regexReplaceAllLiteral: onText((pattern = '', s = '', to = '') => replaceMatches(regexOf(pattern), s, to, false)),
  count: onText((pattern = '', s = '') => BigInt([...regexOf(pattern).matches(s)].length)),
};

/** Go changes letters one by one: no letter becomes two. */
function upper(s: string): string {
  return mapLetters(s, (letter) => letter.toUpperCase());
}

function lower(s: string): string {
  return mapLetters(s.replaceAll('İ', 'i'), (letter) => letter.toLowerCase());
}

function mapLetters(s: string, change: (letter: string) => string): string {
  const changed = change(s);
  if (changed.length === s.length) {
    return changed;
  }
  return [...s].map((letter) => ([...change(letter)].length === 1 ? change(letter) : letter)).join('');
}

function replace(s: string, from: string, to: string, count: number): string {
  if (count < 0) {
    return limitText(replaceAll(s, from, to), 'replace');
  }
  const parts = s.split(from);
  const head = parts.slice(0, count);
  const tail = parts.slice(count).join(from);
  limitText(s.length + head.length * to.length, 'replace');
  return parts.length > count ? [...head, tail].join(to) : head.join(to);
}

function replaceAll(s: string, from: string, to: string): string {
  // Where the text could grow too far it is counted first.
  if (to.length > from.length && (s.length + 1) * to.length > longestText) {
    const count = from === '' ? s.length + 1 : s.split(from).length - 1;
    limitText(s.length + count * (to.length - from.length), 'replace');
  }
  return s.replaceAll(from, () => to);
}

const regexes = new Map<string, Regex>();
const keptRegexes = 200;

/** A template calls with the same pattern for every entry. */
function regexOf(pattern: string): Regex {
  const known = regexes.get(pattern);
  if (known) {
    return known;
  }
  const regex = compileRegex(pattern);
  if (regexes.size >= keptRegexes) {
    regexes.clear();
  }
  regexes.set(pattern, regex);
  return regex;
}

function replaceMatches(regex: Regex, s: string, to: string, expand: boolean): string {
  let out = '';
  let at = 0;
  for (const { index, groups } of regex.matches(s)) {
    out += s.slice(at, index) + (expand ? expandGroups(to, groups, regex) : to);
    at = index + (groups[0]?.length ?? 0);
    limitText(out.length, 'regexReplaceAll');
  }
  return out + s.slice(at);
}

/** `$1`, `${1}`, `$name`, `${name}`; `$$` is a dollar. */
function expandGroups(to: string, groups: ReadonlyArray<string | undefined>, { names }: Regex): string {
  return to.replace(/\$(?:(\$)|\{(\w+)\}|(\w+))/g, (_, dollar?: string, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? '';
    const group = /^\d+$/.test(name) ? Number(name) : names.find((named) => named.name === name)?.group;
    return dollar ?? (group === undefined ? '' : (groups[group] ?? ''));
  });
}

function trimChars(s: string, chars: string, left: boolean, right: boolean): string {
  const runes = [...s];
  const set = new Set(chars);
  const stays = (rune: string) => !set.has(rune);
  const from = left ? runes.findIndex(stays) : 0;
  const to = right ? runes.findLastIndex(stays) + 1 : runes.length;
  return from < 0 ? '' : runes.slice(from, to).join('');
}

function withoutPrefix(s: string, prefix: string): string {
  return s.startsWith(prefix) ? s.slice(prefix.length) : s;
}

function withoutSuffix(s: string, suffix: string): string {
  return suffix !== '' && s.endsWith(suffix) ? s.slice(0, -suffix.length) : s;
}

/** Counts bytes, not letters, as sprig's function does. */
function truncate(count: number, s: string): string {
  const bytes = Buffer.from(s);
  if (Math.abs(count) >= bytes.length) {
    return s;
  }
  return (count < 0 ? bytes.subarray(count) : bytes.subarray(0, count)).toString();
}

function substring(from: number, to: number, s: string): string {
  const bytes = Buffer.from(s);
  if (from < 0) {
    return bytes.subarray(0, Math.max(to, 0)).toString();
  }
  return bytes.subarray(from, to < 0 || to > bytes.length ? bytes.length : Math.max(from, to)).toString();
}

function repeat(s: string, count: number): string {
  limitText(count * s.length, 'repeat');
  return s === '' ? '' : s.repeat(Math.max(count, 0));
}

function indent(count: number, s: string): string {
  return repeat(' ', count) + replace(s, '\n', `\n${repeat(' ', count)}`, -1);
}

function align(count: number, s: string, right: boolean): string {
  const runes = [...s];
  if (count < 0 || runes.length === count) {
    return s;
  }
  const pad = repeat(' ', count - runes.length);
  return right ? pad + runes.slice(-count).join('') : runes.slice(0, count).join('') + pad;
}

function encodeUrl(s = ''): string {
  return new URLSearchParams({ s }).toString().slice(2);
}

function decodeUrl(s: string): string {
  try {
    return decodeURIComponent(s.replaceAll('+', ' '));
  } catch {
    throw new TemplateError(`invalid URL escape in "${s}"`);
  }
}
