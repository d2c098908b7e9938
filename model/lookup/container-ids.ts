import { ID_DIGITS, MIN_ID_DIGITS } from './target';

const runtimePrefix = /\b(?:containerd|docker|cri-o|crio|podman|rkt):\/\//g;
const hexRun = /(?<![0-9a-f])[0-9a-f]{8,64}/g;
const hexHere = /[0-9a-f]*/y;
/** A terminal, a mail or a chat broke the line: what stands before the rest of the id on the next line. */
const lineBreak = /[ \t]*\\?\r?\n[ \t>|]*/y;
const namesSomethingElse = /(?:sandbox\w*(?:\s+(?:id|for))?|sha256)[^\w\n]*$/i;
const noSuchContainer = /no such container:?\s*\\?["'`]?([0-9a-f]{6,64})(?![0-9a-f])/gi;

/**
 * The container ids in a text, in order, each once. Messages may have run together, for `kubectl logs` prints its
 * failure without a newline: behind a runtime's prefix an id ends after 64 digits, whatever follows. An id that a line
 * break cut is put together when that gives 64 digits. Sandbox ids and image digests are no container ids.
 */
export function containerIdsIn(text: string): string[] {
  const found: Array<{ id: string; at: number }> = [];
  /** Beginnings of what was read behind a prefix, with their ends. */
  const taken = new Map<number, number>();
  for (const match of text.matchAll(runtimePrefix)) {
    const start = match.index + match[0].length;
    const { digits, end } = readDigits(text, start);
    if (digits.length >= MIN_ID_DIGITS) {
      found.push({ id: digits, at: match.index });
      taken.set(start, end);
    }
  }
  let takenUntil = 0;
  for (const match of text.matchAll(hexRun)) {
    takenUntil = Math.max(takenUntil, taken.get(match.index) ?? 0);
    if (match.index < takenUntil) {
      continue;
    }
    const { digits, end } = readDigits(text, match.index);
    const isId = digits.length === ID_DIGITS && !/[0-9a-f]/.test(text.charAt(end));
    if (isId && !namesSomethingElse.test(text.slice(Math.max(0, match.index - 40), match.index))) {
      found.push({ id: digits, at: match.index });
      takenUntil = end;
    }
  }
  for (const match of text.matchAll(noSuchContainer)) {
    const [, id = ''] = match;
    if (id.length < ID_DIGITS) {
      found.push({ id, at: match.index });
    }
  }
  found.sort((a, b) => a.at - b.at);
  return [...new Set(found.map(({ id }) => id))];
}

/** Hex digits from `at` on, at most 64; over a line break only if 64 come together. */
function readDigits(text: string, at: number): { digits: string; end: number } {
  const first = hexAt(text, at).slice(0, ID_DIGITS);
  let digits = first;
  let end = at + first.length;
  while (digits.length > 0 && digits.length < ID_DIGITS) {
    lineBreak.lastIndex = end;
    const gap = lineBreak.exec(text)?.[0];
    const more = gap === undefined ? '' : hexAt(text, end + gap.length).slice(0, ID_DIGITS - digits.length);
    if (gap === undefined || more === '') {
      return { digits: first, end: at + first.length };
    }
    digits += more;
    end += gap.length + more.length;
  }
  return { digits, end };
}

function hexAt(text: string, at: number): string {
  hexHere.lastIndex = at;
  return hexHere.exec(text)?.[0] ?? '';
}
