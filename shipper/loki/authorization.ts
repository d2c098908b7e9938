import { UserError } from '../common/user-error';
import { openAuthFile } from './auth-file';
import type { LokiBase } from './base-url';
import type { LokiOptions } from './loki-options';

/**
 * The value of the Authorization header, asked for at each request because a token's file may have changed; undefined
 * where Loki wants none.
 *
 * @throws UserError for two kinds of authentication at once, or a file that cannot be used
 */
export function openAuthorization(options: LokiOptions, base: LokiBase): () => string | undefined {
  const { basicAuthFile, bearerTokenFile } = options;
  const username = options.username ?? base.username;
  const bearer = bearerTokenFile ?? options.bearerToken;
  if ((basicAuthFile ?? username) !== undefined && bearer !== undefined) {
    throw new UserError('both basic authentication and a bearer token are given for Loki: keep one of them');
  }
  if (basicAuthFile !== undefined) {
    const file = openAuthFile(basicAuthFile);
    if (!file.text().includes(':')) {
      throw new UserError(`${basicAuthFile} should hold user:password on one line`);
    }
    return () => basic(file.text());
  }
  if (bearerTokenFile !== undefined) {
    const file = openAuthFile(bearerTokenFile);
    return () => `Bearer ${file.text()}`;
  }
  const password = options.username === undefined ? base.password : options.password;
  const fixed = username === undefined ? bearer && `Bearer ${bearer}` : basic(`${username}:${password ?? ''}`);
  return () => fixed;
}

const basic = (userAndPassword: string) => `Basic ${Buffer.from(userAndPassword).toString('base64')}`;
