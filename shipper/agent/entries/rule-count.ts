/** Lines that a rule of the configuration dropped or changed, and the bytes of text that are not sent for it. */
export interface RuleCount {
  rule: string;
  action: 'drop' | 'redact';
  lines: number;
  bytes: number;
}

export const NO_RULES_APPLIED: readonly RuleCount[] = [];
