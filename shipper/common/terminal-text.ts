/**
 * Everything that moves a cursor, changes colours, rings or turns the direction of writing on a terminal: control
 * characters but for line feed and tab, and the bidirectional marks of Unicode (UAX #9).
 */
const unsafe = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A text that is safe to show on a terminal, whatever names, messages and error texts in it say: what a terminal would
 * obey is written as `\u001b`, which inside JSON means the same as before.
 */
export function terminalText(text: string): string {
  return text.replace(unsafe, (character) => {
    const isLayout = character === '\n' || character === '\t';
    return isLayout ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
