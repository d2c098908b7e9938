/**
 * What a person reads of something that was thrown: the message of an error, the text of anything else. Node tries every
 * address of a name, and keeps the tries in an AggregateError without a message: the first one stands for them.
 */
export function errorText(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.message === '' && thrown.errors.length > 0) {
    return errorText(thrown.errors[0]);
  }
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown && typeof thrown.message === 'string') {
    return thrown.message || ('name' in thrown ? String(thrown.name) : '');
  }
  return String(thrown);
}
