import { readFileSync, statSync } from 'node:fs';
import { errorText } from '../../model/error-text';
import { UserError } from '../common/user-error';

const CHECK_EVERY_MS = 1000;

/**
 * A secret in a file that somebody else may rewrite (a kubelet rotates service account tokens): looked at again at most
 * once a second, read again when it changed.
 */
export interface AuthFile {
  /** The file's text without surrounding white space. */
  text(): string;
}

/**
 * @param path file with one secret
 * @param now milliseconds since 1970
 * @throws UserError when the file cannot be read now, or is empty
 */
export function openAuthFile(path: string, now: () => number = Date.now): AuthFile {
  let text = readSecret(path);
  let stamp = stampOf(path);
  let checked = now();
  return {
    text() {
      if (now() - checked >= CHECK_EVERY_MS) {
        checked = now();
        const current = stampOf(path);
        // A file that is away for a moment, while a link is being moved, does not take the last good secret with it.
        if (current !== undefined && current !== stamp) {
          text = readFileSync(path, 'utf8').trim() || text;
          stamp = current;
        }
      }
      return text;
    },
  };
}

function readSecret(path: string): string {
  const text = readFileOrUserError(path).toString('utf8').trim();
  if (text === '') {
    throw new UserError(`${path} is empty: it should hold the secret for Loki`);
  }
  return text;
}

/** The file's bytes. @throws UserError that names the file */
export function readFileOrUserError(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${errorText(error)}`);
  }
}

function stampOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat && `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
}
