import { readFileSync } from 'node:fs';
import { errorText } from '../../model/error-text';
import type { Credentials } from '../../pocket-loki';
import { UserError } from '../common/user-error';

export interface AuthFlags {
  'basic-file'?: string | undefined;
  'bearer-token-file'?: string | undefined;
}

/**
 * Reads the credentials that the store demands of its clients.
 *
 * @throws UserError where a file cannot be read, or a line of it is no credential
 */
export function readCredentials(flags: AuthFlags): Credentials {
  return {
    basic: credentialsIn(flags['basic-file'], '--auth.basic-file', /^[^:]+:.+$/, 'user:password'),
    bearerTokens: credentialsIn(
      flags['bearer-token-file'],
      '--auth.bearer-token-file',
      /^[\w.~+/-]+=*$/,
      'a token of letters, digits and -._~+/'
    ),
  };
}

function credentialsIn(file: string | undefined, flag: string, form: RegExp, meaning: string): string[] {
  if (file === undefined) {
    return [];
  }
  const lines = textOf(file, flag)
    .split('\n')
    .map((line, i) => ({ text: line.trim(), number: i + 1 }))
    .filter(({ text }) => text !== '');
  const bad = lines.find(({ text }) => !form.test(text));
  if (bad) {
    throw new UserError(`${flag} ${file}, line ${bad.number}: expected ${meaning}`);
  }
  if (lines.length === 0) {
    throw new UserError(`${flag} ${file} is empty: write ${meaning}, one on each line`);
  }
  return lines.map(({ text }) => text);
}

function textOf(file: string, flag: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`cannot read ${flag} ${file}: ${errorText(error)}`);
  }
}
