/** What a person reads of something that was thrown: the message of an error, the text of anything else. */
export function errorText(thrown: unknown): string {
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown && typeof thrown.message === 'string') {
    return thrown.message || ('name' in thrown ? String(thrown.name) : '');
  }
  return String(thrown);
}
