/** The directory cannot be used; the message says why and what to do. */
export class StorageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StorageError';
  }
}

/** Something that was stored is not as it was written. */
export class DamagedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DamagedError';
  }
}

/** Nothing can be stored at the moment, e.g. for a full disk. What was acknowledged is kept. */
export class UnwritableError extends Error {
  constructor(reason: unknown) {
    super(`the store cannot write: ${messageOf(reason)}`);
    this.name = 'UnwritableError';
  }
}

/** What to tell of a database that could not be opened. */
export function openError(dir: string, error: unknown): Error {
  const reason = property(error, 'cause') ?? error;
  if (property(reason, 'code') === 'LEVEL_LOCKED') {
    return new StorageError(`${dir} is in use by another process: stop that one, or use another directory`);
  }
  return new StorageError(`cannot open the store in ${dir}: ${messageOf(reason)}`);
}

/** The database's errors come from native code, so their class tells nothing; the reason may be their cause. */
export function messageOf(error: unknown): string {
  const cause = property(error, 'cause');
  const message = String(property(error, 'message') ?? error);
  return cause === undefined ? message : `${message}: ${messageOf(cause)}`;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;
}
