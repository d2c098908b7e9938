import type * as re2js from 're2js';
import { errorText } from '../../model/error-text';
import { UserError } from './user-error';

/** A regular expression of RE2 (https://github.com/google/re2/wiki/Syntax): its time is linear in the text. */
export type Re2 = re2js.RE2JS;

/**
 * Compiles a pattern.
 * @throws UserError where it is not valid RE2
 */
export function compileRe2(pattern: string): Re2 {
  // Loaded where there is a pattern: no other agent pays for it.
  const { RE2JS }: typeof re2js = require('re2js');
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw new UserError(`invalid RE2 regular expression ${JSON.stringify(pattern)}: ${errorText(error)}`);
  }
}
