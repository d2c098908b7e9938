import { UserError } from '../common/user-error';
import { readFileOrUserError } from './auth-file';

/** PEM files, and whether the server's certificate is verified. */
export interface TlsFiles {
  caFile?: string;
  certFile?: string;
  keyFile?: string;
  insecureSkipVerify?: boolean;
}

/** In the words of node:tls. */
export interface TlsSettings {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  rejectUnauthorized: boolean;
}

/** @throws UserError for a file that cannot be read, or a certificate without its key */
export function readTls({ caFile, certFile, keyFile, insecureSkipVerify }: TlsFiles): TlsSettings {
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
