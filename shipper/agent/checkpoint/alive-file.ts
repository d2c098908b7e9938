import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseNs } from '../../../model/time';

/** In the state directory: until when the last agent is known to have watched its node, as RFC 3339. */
export class AliveFile {
  private readonly path: string;

  constructor(dir: string) {
    this.path = join(dir, 'watching-until');
  }

  /** null where no agent was here, or it could not say. */
  load(): string | null {
    try {
      const text = readFileSync(this.path, 'utf8').trim();
      return parseNs(text) === undefined ? null : text;
    } catch {
      return null;
    }
  }

  /** Always as long, and in place: a full disk takes it. What cannot be written makes the time earlier than it was. */
  save(time: string): void {
    try {
      const fd = openSync(this.path, constants.O_WRONLY | constants.O_CREAT, 0o600);
      try {
        writeSync(fd, `${time}\n`, 0);
      } finally {
        closeSync(fd);
      }
    } catch {
      // the checkpoint, which is in the same directory, reports it
    }
  }
}
