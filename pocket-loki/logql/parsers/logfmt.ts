import { unquote } from '../../common/go-string';
import { badRequest } from '../../common/request-error';
import type { Extraction } from '../syntax/ast';
import type { StageRun } from '../rows/stage';
import { cleanValue, labelNameOf, LabelNames } from './label-name';

const logfmtError = 'LogfmtParserErr';

/** `key=value`, `key="quoted"`, `key`: what stands between spaces. */
const pair = /([^\s\x00-\x20="]+)(?:=(?:"((?:[^"\\]|\\[^])*)"|([^\x00-\x20="]*)))?/y;
const gap = /[\x00-\x20]*/y;
const word = /[^\x00-\x20]*/y;

/** Calls `visit` for each pair; answers the first thing that is none. Where `strict`, the reading ends there. */
function eachPair(line: string, strict: boolean, visit: (key: string, value: string) => void): string | undefined {
  let problem: string | undefined;
  let at = end(gap, line, 0);
  while (at < line.length) {
    pair.lastIndex = at;
    const match = pair.exec(line);
    const bad = match ? problemAfter(line, match, pair.lastIndex) : unexpected(line, at);
    const value = match?.[2] === undefined ? match?.[3] : unescapeValue(match[2]);
    if (match?.[1] !== undefined && bad === undefined && !(match[2] !== undefined && value === undefined)) {
      visit(match[1], value ?? '');
      at = pair.lastIndex;
    } else {
      problem ??= bad ?? `logfmt syntax error at pos ${at + 1} : invalid quoted value`;
      if (strict) {
        return problem;
      }
      at = end(word, line, match ? pair.lastIndex : at);
    }
    at = end(gap, line, at);
  }
  return problem;
}

/** After an unquoted part only a space or the end may come. */
function problemAfter(line: string, match: RegExpExecArray, at: number): string | undefined {
  const next = line[at];
  if (match[2] !== undefined || next === undefined || next <= ' ') {
    return undefined;
  }
  const unterminated = next === '"' && match[3] === '';
  return unterminated
    ? `logfmt syntax error at pos ${line.length + 1} : unterminated quoted value`
    : unexpected(line, at);
}

function unexpected(line: string, at: number): string {
  return `logfmt syntax error at pos ${at + 1} : unexpected '${line[at]}'`;
}

function unescapeValue(quoted: string): string | undefined {
  return quoted.includes('\\') ? unquote(`"${quoted.replaceAll('\n', '\\n')}"`) : quoted;
}

function end(expression: RegExp, line: string, from: number): number {
  expression.lastIndex = from;
  expression.exec(line);
  return expression.lastIndex;
}

export interface LogfmtOptions {
  /** What is no pair is an error; without it, it is passed over. */
  strict: boolean;
  /** Keys without a value become empty labels. */
  keepEmpty: boolean;
}

/** `| logfmt` */
export function logfmtParser({ strict, keepEmpty }: LogfmtOptions): StageRun {
  const names = new LabelNames();
  return ({ line, labels }) => {
    const problem = eachPair(line, strict, (key, value) => {
      const name = names.of(key);
      if (name !== '' && (value !== '' || keepEmpty)) {
        labels.extract(name, cleanValue(value));
      }
    });
    if (strict && problem !== undefined) {
      labels.fail(logfmtError, problem);
    }
    return true;
  };
}

/** `| logfmt a="b"`: these keys only; one that is not there gives an empty label. */
export function logfmtExtractor(extractions: readonly Extraction[], { strict }: LogfmtOptions): StageRun {
  const names = new LabelNames();
  const labelOf = new Map(extractions.map(({ label, path }) => [pathKey(path), label]));
  return ({ line, labels }) => {
    for (const { label } of extractions) {
      if (!labels.isOwn(label)) {
        labels.set(label, '');
      }
    }
    const problem = eachPair(line, strict, (key, value) => {
      const label = labelOf.get(names.of(key));
      if (label !== undefined) {
        labels.override(label, cleanValue(value));
      }
    });
    if (strict && problem !== undefined) {
      labels.fail(logfmtError, problem);
    }
    return true;
  };
}

function pathKey(path: string): string {
  const key = /^\s*"?([a-zA-Z_][a-zA-Z0-9_.]*)"?\s*$/.exec(path)?.[1];
  if (key === undefined) {
    throw badRequest(`cannot parse expression [${path}]: syntax error: a key of the line is expected`);
  }
  return labelNameOf(key);
}
