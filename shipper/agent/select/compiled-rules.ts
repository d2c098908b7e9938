import type { Re2 } from '../../common/re2';

/** Lines that match are not sent. */
export interface DropRule {
  name: string;
  match: Re2;
}

/** What matches is replaced. */
export interface RedactRule extends DropRule {
  /** May name groups: `$1`, `${name}`; `$$` is a dollar sign. */
  replacement: string;
}

/** Lines are joined to the one before until one matches `firstLine`. */
export interface MultilineRule {
  firstLine: Re2;
  maxLines: number;
  maxBytes: number;
}

/** What is done to the lines of a container. */
export interface CompiledRules {
  drop: readonly DropRule[];
  redact: readonly RedactRule[];
  multiline: MultilineRule | null;
}
