import { UserError } from '../common/user-error';
import { readFileOrUserError } from './auth-file';
import type { LokiOptions } from './connection';

/** In the words of node:tls. */
export interface TlsSettings {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  rejectUnauthorized: boolean;
}

/** @throws UserError for a file that cannot be read, or a certificate without its key */
export function readTls({ caFile, certFile, keyFile, insecureSkipVerify }: LokiOptions): TlsSettings {
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new UserError('a client certificate for Loki needs both its certificate and its key');
  }
  return {
    ...(caFile !== undefined && { ca: readFileOrUserError(caFile) }),
    ...(certFile !== undefined && { cert: readFileOrUserError(certFile) }),
    ...(keyFile !== undefined && { key: readFileOrUserError(keyFile) }),
    rejectUnauthorized: insecureSkipVerify !== true,
  };
}
