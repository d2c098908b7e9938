/** What a person reads of something that was thrown: the message of an error, the text of anything else. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
}
