import { type Finding, type Level, levels } from './finding';

const NARROWEST = 40;
const GAP = '   ';

/**
 * The findings as a table, what to do under each, wrapped to the terminal.
 *
 * @param width of the terminal, in characters
 */
export function findingTable(findings: readonly Finding[], width: number): string {
  const [level, check] = [
    Math.max(...levels.map((one) => one.length)),
    Math.max('CHECK'.length, ...findings.map((one) => one.check.length)),
  ];
  const margin = level + check + 2 * GAP.length;
  const room = Math.max(NARROWEST, width - margin);
  const row = (first: string, second: string, text: string) => {
    const [head = '', ...rest] = wrap(text, room);
    const start = `${first.padEnd(level)}${GAP}${second.padEnd(check)}${GAP}${head}`;
    return [start, ...rest.map((line) => ' '.repeat(margin) + line)];
  };
  const lines = findings.flatMap((one) => [
    ...row(one.level === 'error' ? 'ERROR' : one.level, one.check, capital(one.found)),
    ...(one.todo === null ? [] : row('', '', `→ ${one.todo}`)),
  ]);
  return [...row('LEVEL', 'CHECK', 'FOUND'), ...lines].map((line) => `${line.trimEnd()}\n`).join('');
}

/** `14 checks: 11 ok, 2 notes, 1 warning, 0 errors`. */
export function levelCounts(findings: readonly Finding[]): string {
  const count = (level: Level) => findings.filter((one) => one.level === level).length;
  const many = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`;
  return (
    `${many(findings.length, 'check')}: ${count('ok')} ok, ${many(count('note'), 'note')}, ` +
    `${many(count('warning'), 'warning')}, ${many(count('error'), 'error')}`
  );
}

/** A word that is longer than the room stays whole: paths and addresses are to be copied. */
function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

/** Sentences begin with a capital letter; paths, names and settings stay as they are. */
function capital(text: string): string {
  return /^[a-z]+['\s]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
