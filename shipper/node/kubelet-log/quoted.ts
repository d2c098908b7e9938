/** Index just past the closing quote of the quoted text at `from`; -1 where it is not closed. */
export function endOfQuoted(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    if (text[i] === '\\') {
      i++;
    } else if (text[i] === '"') {
      return i + 1;
    }
  }
  return -1;
}

const escapes: Readonly<Record<string, string>> = { a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** Undoes Go's quoting (strconv.Quote), of which JSON's is a part; what is no escape stays as it is. */
export function unquote(quoted: string): string {
  const inner = quoted.replace(/^"|"$/g, '');
  return inner.includes('\\')
    ? inner.replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs, unescape)
    : inner;
}

function unescape(whole: string, hex?: string, short?: string, long?: string, letter?: string): string {
  const code = hex ?? short ?? long;
  if (code !== undefined) {
    const point = parseInt(code, 16);
    return point > 0x10ffff
      ? whole
      : hex === undefined && short === undefined
        ? String.fromCodePoint(point)
        : String.fromCharCode(point);
  }
  return letter === undefined ? whole : (escapes[letter] ?? letter);
}
