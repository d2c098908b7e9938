/**
 * String literals as Go writes them, which is how label sets and LogQL write theirs
 * (https://go.dev/ref/spec#String_literals).
 */

const escapes: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};
const escapeSequence = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([abfnrtv\\"])|([^]|$))/g;

/** The value of a literal in double quotes or backquotes; undefined where it is malformed. */
export function unquote(literal: string): string | undefined {
  const quote = literal[0];
  if (literal.length < 2 || literal.at(-1) !== quote) {
    return undefined;
  }
  const body = literal.slice(1, -1);
  if (quote === '`') {
    return body.includes('`') ? undefined : body;
  }
  if (quote !== '"' || body.includes('\n')) {
    return undefined;
  }
  if (!body.includes('\\')) {
    return body.includes('"') ? undefined : body;
  }
  return unescape(body);
}

function unescape(body: string): string | undefined {
  let malformed = false;
  const bytes: Buffer[] = [];
  let from = 0;
  for (const match of body.matchAll(escapeSequence)) {
    const [sequence, hex, short, long, octal, letter] = match;
    bytes.push(Buffer.from(body.slice(from, match.index)));
    from = match.index + sequence.length;
    const byte = hex !== undefined ? parseInt(hex, 16) : octal !== undefined ? parseInt(octal, 8) : undefined;
    const point = parseInt(short ?? long ?? '', 16);
    if (byte !== undefined) {
      malformed ||= byte > 0xff;
      bytes.push(Buffer.from([byte]));
    } else if (!Number.isNaN(point)) {
      const valid = point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
      malformed ||= !valid;
      bytes.push(Buffer.from(valid ? String.fromCodePoint(point) : ''));
    } else {
      const text = letter === undefined ? undefined : escapes[letter];
      malformed ||= text === undefined;
      bytes.push(Buffer.from(text ?? ''));
    }
  }
  bytes.push(Buffer.from(body.slice(from)));
  return malformed ? undefined : Buffer.concat(bytes).toString();
}

const unprintable = /["\\\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;
const shortEscapes: Record<string, string> = Object.fromEntries(
  Object.entries(escapes).map(([letter, char]) => [char, `\\${letter}`])
);

/** The text as a literal in double quotes. */
export function quote(text: string): string {
  return `"${text.replace(unprintable, escapeOf)}"`;
}

function escapeOf(char: string): string {
  const short = shortEscapes[char];
  if (short !== undefined) {
    return short;
  }
  const point = char.codePointAt(0) ?? 0;
  if (point < 0x80) {
    return `\\x${point.toString(16).padStart(2, '0')}`;
  }
  return point < 0x10000 ? `\\u${point.toString(16).padStart(4, '0')}` : `\\U${point.toString(16).padStart(8, '0')}`;
}
