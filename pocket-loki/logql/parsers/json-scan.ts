/**
 * Walks JSON text in place. A number keeps the digits it was written with (`1.50`, 20-digit ids), an object that is cut
 * off gives what it had until there, and an array comes as its own text: what a general parser would not do.
 */

export interface JsonValue {
  type: 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array';
  /** The value's own text; of a string what stands between the quotes, escapes and all. */
  raw: string;
  /** Where the value starts; of a string after the quote. */
  from: number;
}

/** The text is no JSON of the kind that was expected. The messages are those that Loki shows. */
export class JsonError extends Error {}

const malformed = {
  object: "Value looks like object, but can't find closing '}' symbol",
  array: "Value is array, but can't find closing ']' symbol",
  string: "Value is string, but can't find closing '\"' symbol",
  value: "Value looks like Number/Boolean/None, but can't find its end: ',' or '}' symbol",
};

const spaces = /\s*/y;
const stringBody = /(?:[^"\\]|\\[^])*"/y;
const bare = /[^\s,\]}]+/y;
const numberText = /^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/** Calls `visit` for each key and value of the object that starts at `from`. @throws JsonError */
export function eachField(text: string, from: number, visit: (key: string, value: JsonValue) => void): void {
  let at = skipSpaces(text, from);
  if (text[at] !== '{') {
    throw new JsonError(malformed.object);
  }
  at = skipSpaces(text, at + 1);
  if (text[at] === '}') {
    return;
  }
  for (;;) {
    if (text[at] !== '"') {
      throw new JsonError(malformed.object);
    }
    const key = readString(text, at);
    at = skipSpaces(text, endOf(key));
    if (text[at] !== ':') {
      throw new JsonError(malformed.object);
    }
    const value = readValue(text, skipSpaces(text, at + 1));
    visit(unescapeJson(key.raw), value);
    at = skipSpaces(text, endOf(value));
    if (text[at] === '}') {
      return;
    }
    if (text[at] !== ',') {
      throw new JsonError(malformed.array);
    }
    at = skipSpaces(text, at + 1);
  }
}

/** The elements of an array's text. @throws JsonError */
export function elementsOf(text: string): JsonValue[] {
  const elements: JsonValue[] = [];
  let at = skipSpaces(text, 1);
  while (text[at] !== ']') {
    const value = readValue(text, at);
    elements.push(value);
    at = skipSpaces(text, endOf(value));
    if (text[at] === ',') {
      at = skipSpaces(text, at + 1);
    } else if (text[at] !== ']') {
      throw new JsonError(malformed.array);
    }
  }
  return elements;
}

/** The value that starts at `from`. @throws JsonError */
export function readValue(text: string, from: number): JsonValue {
  switch (text[from]) {
    case '"':
      return readString(text, from);
    case '{':
      return { type: 'object', raw: text.slice(from, closing(text, from, malformed.object)), from };
    case '[':
      return { type: 'array', raw: text.slice(from, closing(text, from, malformed.array)), from };
    default: {
      bare.lastIndex = from;
      const raw = bare.exec(text)?.[0] ?? '';
      const type = raw === 'true' || raw === 'false' ? 'boolean' : raw === 'null' ? 'null' : 'number';
      if (type === 'number' && !numberText.test(raw)) {
        throw new JsonError(malformed.value);
      }
      return { type, raw, from };
    }
  }
}

/** What a JSON string stands for; '' where an escape is none. */
export function unescapeJson(raw: string): string {
  if (!raw.includes('\\')) {
    return raw;
  }
  try {
    // Control characters are not allowed in JSON strings, but Loki lets them pass.
    return String(
      JSON.parse(`"${raw.replace(/[\x00-\x1f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`)
    );
  } catch {
    return '';
  }
}

export function skipSpaces(text: string, from: number): number {
  spaces.lastIndex = from;
  spaces.exec(text);
  return spaces.lastIndex;
}

function readString(text: string, quote: number): JsonValue {
  stringBody.lastIndex = quote + 1;
  if (!stringBody.test(text)) {
    throw new JsonError(malformed.string);
  }
  return { type: 'string', raw: text.slice(quote + 1, stringBody.lastIndex - 1), from: quote + 1 };
}

function endOf(value: JsonValue): number {
  return value.from + value.raw.length + (value.type === 'string' ? 1 : 0);
}

/** The position behind the bracket that closes the one at `from`. */
function closing(text: string, from: number, message: string): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      at = endOf(readString(text, at)) - 1;
    } else if (char === '{' || char === '[') {
      depth++;
    } else if ((char === '}' || char === ']') && --depth === 0) {
      return at + 1;
    }
  }
  throw new JsonError(message);
}
