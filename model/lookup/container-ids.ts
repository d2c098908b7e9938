import { ID_DIGITS, MIN_ID_DIGITS } from './target';

const runtimePrefix = /\b(?:containerd|docker|cri-o|crio|podman|rkt):\/\//g;
const hexRun = /(?<![0-9a-f])[0-9a-f]{8,64}/g;
const hexHere = /[0-9a-f]*/y;
/** A terminal, a mail or a chat broke the line: what stands before the rest of the id on the next line. */
const lineBreak = /[ \t]*\\?\r?\n[ \t>|]*/y;
const namesSomethingElse = /(?:sandbox\w*(?:\s+(?:id|for))?|sha256)[^\w\n]*$/i;
const shortId = `\\\\*["'\`]?([0-9a-f]{${MIN_ID_DIGITS},${ID_DIGITS}})(?![0-9a-z])`;
/** Where runtimes and their commands write the beginning of an id. */
const shortIds = [
  new RegExp(`no such container:?\\s*${shortId}`, 'g'),
  new RegExp(
    `\\b(?:find container|container status|container with id starting with|container_?id["'\\\\]*[:=]|container id:?)\\s*${shortId}`,
    'g'
  ),
  // crictl logs --tail 5 ID
  new RegExp(
    `\\b(?:crictl|docker|podman|nerdctl)\\b[^\\n|;&]{0,100}?\\b(?:logs|inspect|exec|rm|stop|start|attach|stats)(?:[ \\t]+-{1,2}[\\w-]+(?:[=:][^\\s]{0,60})?(?:[ \\t]+\\d{1,5}(?=[ \\t]))?){0,8}[ \\t]+${shortId}`,
    'g'
  ),
  // A row of `crictl ps`: CONTAINER IMAGE CREATED STATE NAME ATTEMPT POD-ID …
  /(?<=^[ \t]*)([0-9a-f]{12,13})[ \t]+\S+[ \t]+[^\n]{1,60}?[ \t](?:running|exited|created|unknown)[ \t]+\S+[ \t]+\d+[ \t]+[0-9a-f]{13}\b/gm,
];

/**
 * The container ids in a text, in order, each once. Messages may have run together, for `kubectl logs` prints its
 * failure without a newline: behind a runtime's prefix an id ends after 64 digits, whatever follows. An id that a line
 * break cut is put together when that gives 64 digits. Sandbox ids and image digests are no container ids.
 */
export function containerIdsIn(given: string): string[] {
  const text = given.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
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
  for (const pattern of shortIds) {
    for (const match of text.matchAll(pattern)) {
      const [, id = ''] = match;
      if (id.length < ID_DIGITS && !found.some((one) => one.id.startsWith(id))) {
        found.push({ id, at: match.index });
      }
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
