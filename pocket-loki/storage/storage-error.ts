/** The directory cannot be used; the message says why and what to do. */
export class StorageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StorageError';
  }
}

/** What to tell of a database that could not be opened. */
export function openError(dir: string, error: unknown): Error {
  const reason = property(error, 'cause') ?? error;
  if (property(reason, 'code') === 'LEVEL_LOCKED') {
    return new StorageError(`${dir} is in use by another process: stop that one, or use another directory`);
  }
  return new StorageError(`cannot open the store in ${dir}: ${String(property(reason, 'message') ?? reason)}`);
}

/** The database's errors come from native code, so their class tells nothing. */
function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;
}
