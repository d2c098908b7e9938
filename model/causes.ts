/**
 * The causes for which a container's log is removed from its node. C3b of the fact sheet is none of them: a pod that is
 * rejected at admission never had a log. Their words are in model/messages.
 */
export const CAUSE_IDS = [
  ...(['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'C8', 'C9', 'C10'] as const),
  ...(['C11', 'C12', 'C13', 'C14', 'C15', 'C16', 'C17', 'C18', 'C19', 'C20'] as const),
];

export type CauseId = (typeof CAUSE_IDS)[number];
/** The cause of a case; `unknown` where the evidence does not tell. */
export type Cause = CauseId | 'unknown';

const ids = new Set<string>(CAUSE_IDS);

export function isCauseId(text: string): text is CauseId {
  return ids.has(text);
}
