/*
 * What stands around a message where people copy it from: terminals, browsers, chats, mails, addresses. Readers of a text
 * work on its plain form and know nothing of these.
 */

const escapeSequence = new RegExp(
  String.raw`\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]{0,300}(?:\u0007|\u001b\\))`,
  'g'
);
/** One quotation mark at both ends, and none like it in between. */
const quoted = /^(["'`])((?:(?!\1)[^\\]|\\[^])*)\1$/;
const percentEncoded = /(?:%[0-9A-Fa-f]{2})+/g;
const entity = /&(?:quot|apos|lt|gt|amp|nbsp|#34|#39|#x27|#x22);/g;
const entities: Record<string, string> = {
  ...{ quot: '"', '#34': '"', '#x22': '"', apos: "'", '#39': "'", '#x27': "'" },
  ...{ lt: '<', gt: '>', amp: '&', nbsp: ' ' },
};
/** Typographic and East Asian forms of what messages have in ASCII. */
const forms: ReadonlyArray<[RegExp, string]> = [
  [/\r\n?/g, '\n'],
  [/[\u200b-\u200d\u2060\ufeff]/g, ''],
  [/[\u00a0\u2002-\u200a\u202f\u3000]/g, ' '],
  [/[“”„‟«»「」『』＂]/g, '"'],
  [/[‘’‚‛＇]/g, "'"],
  [/：/g, ': '],
  [/＝/g, '='],
  [/／/g, '/'],
  [/[（【]/g, '('],
  [/[）】]/g, ')'],
  [/[、。]/g, ', '],
  [/\*\*(?=\S)|(?<=\S)\*\*/g, ' '],
];

/** The text as its source wrote it: without colours, encodings, markup and typography. */
export function plainText(given: string): string {
  const decoded = given.replace(escapeSequence, '').replace(percentEncoded, decode).replace(entity, entityText);
  const plain = forms.reduce((text, [form, ascii]) => text.replace(form, ascii), decoded).trim();
  return plain.replace(quoted, '$2').trim();
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded; // URIError: bytes that are no UTF-8 mean something else.
  }
}

const entityText = (written: string) => entities[written.slice(1, -1)] ?? written;
