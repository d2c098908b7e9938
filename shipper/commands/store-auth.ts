import { readFileSync } from 'node:fs';
import type { Credentials } from '../../pocket-loki';
import { hostPort, type ListenAddress } from '../common/listen';
import { UserError } from '../common/user-error';

export interface AuthFlags {
  'auth.basicFile'?: string;
  'auth.bearerTokenFile'?: string;
}

/**
 * Reads the credentials that the store demands of its clients.
 *
 * @throws UserError where a file cannot be read, or a line of it is no credential
 */
export function readCredentials(flags: AuthFlags): Credentials {
  return {
    basic: credentialsIn(flags['auth.basicFile'], '--auth.basic-file', /^[^:]+:.+$/, 'user:password'),
    bearerTokens: credentialsIn(
      flags['auth.bearerTokenFile'],
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
    throw new UserError(`cannot read ${flag} ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What to say of an address that other machines reach, and that has no authentication. */
export function openAddressError(address: ListenAddress): UserError {
  return new UserError(
    `--listen ${hostPort(address)} is reachable from other machines, and the store has no authentication: ` +
      'add --auth.basic-file FILE or --auth.bearer-token-file FILE, or listen on a loopback address such as 127.0.0.1'
  );
}
