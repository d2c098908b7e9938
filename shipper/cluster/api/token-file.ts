import { existsSync, readFileSync } from 'node:fs';

const REREAD_MS = 10_000;

/** `Bearer …` from a file that is replaced from time to time; the last good token stays while the file cannot be read. */
export function bearerFile(file: string, now: () => number = Date.now): () => string {
  let token = readFileSync(file, 'utf8').trim();
  let read = now();
  return () => {
    if (now() - read >= REREAD_MS) {
      read = now();
      token = (existsSync(file) && readFileSync(file, 'utf8').trim()) || token;
    }
    return `Bearer ${token}`;
  };
}
