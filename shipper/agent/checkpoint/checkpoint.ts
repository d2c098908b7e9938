import {
  appendFileSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';
import * as z from 'zod';
import type { Logger } from '../../common/log';
import { recordStateSchema } from '../container/record-state';

const positionSchema = z.object({
  offset: z.number(),
  skip: z.number(),
  lines: z.number(),
  rawSeconds: z.number(),
  rawNanos: z.number(),
  seconds: z.number(),
  nanos: z.number(),
});

const savedFileSchema = z.object({
  /** Of its first line; null where it had none yet: then it is known by its inode. */
  hash: z.string().nullable(),
  ino: z.number().default(0),
  birthMs: z.number().default(0),
  rotated: z.string(),
  /** Bytes as last seen. */
  size: z.number(),
  firstTime: z.string().nullable(),
  acked: positionSchema,
  /** What Loki may have beyond that: see `Sent`. */
  sent: z
    .object({ offset: z.number(), skip: z.number(), late: z.boolean(), containerId: z.string().nullable() })
    .optional(),
  /** The file had its full size already. */
  over: z.boolean().default(false),
});
export type SavedFile = z.infer<typeof savedFileSchema>;

/** What is kept of a container run over a restart of the agent. */
const savedContainerSchema = z.object({
  id: z.string(),
  run: z.object({
    namespace: z.string(),
    pod: z.string(),
    podUid: z.string(),
    container: z.string(),
    restart: z.number(),
  }),
  /** `<pod directory>/<container>`, below the log directory. */
  directory: z.string(),
  account: recordStateSchema,
  files: z.array(savedFileSchema),
});
export type SavedContainer = z.infer<typeof savedContainerSchema>;

/** A line of the file: a container's newest state, or that it is done with. */
const lineSchema = z.union([savedContainerSchema, z.object({ id: z.string(), done: z.literal(true) })]);

const FILE = 'checkpoint.jsonl';
/** The file is written anew when it has grown to this, or to twice what was in it then. */
const REWRITE_BYTES = 1024 * 1024;

/**
 * The acknowledged positions and accounts, in one readable file of JSON lines: a later line of the same id replaces the
 * earlier one. Every acknowledgement appends its line at once, which a kill of the process cannot undo; now and then the
 * file is written anew beside the old one and renamed over it.
 */
export class Checkpoint {
  private readonly live = new Map<string, string>();
  private readonly path: string;
  private size = 0;
  private rewriteAt = REWRITE_BYTES;
  private failing = false;
  /** Lines that the disk did not take; they are in memory and written with the next ones. */
  private behind = false;

  constructor(
    private readonly dir: string,
    private readonly logger: Logger
  ) {
    this.path = join(dir, FILE);
  }

  /**
   * Reads what an earlier agent left. A corrupt file is kept aside, and the agent starts over: all files are read from
   * their start, and Loki drops the lines it has.
   * @throws the system's error where the directory cannot be made or the file not be read
   */
  load(): SavedContainer[] {
    mkdirSync(this.dir, { recursive: true });
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch (error) {
      if (isNativeError(error) && 'code' in error && error.code === 'ENOENT') {
        return [];
      }
      throw error;
    }
    const saved = new Map<string, SavedContainer>();
    const lines = text.split('\n');
    const torn = lines.pop(); // without its newline it was cut by a crash: the line before it holds
    if (torn) {
      this.logger.warn('the last line of the checkpoint is incomplete; the one before it counts', { file: this.path });
    }
    for (const [index, line] of lines.entries()) {
      const parsed = parseLine(line);
      if (!parsed) {
        this.setAside(index + 1);
        return [];
      }
      saved.delete(parsed.id);
      this.live.delete(parsed.id);
      if (!('done' in parsed)) {
        saved.set(parsed.id, parsed);
        this.live.set(parsed.id, line);
      }
    }
    this.rewrite();
    return [...saved.values()];
  }

  private setAside(line: number): void {
    const aside = `${this.path}.corrupt-${new Date().toISOString().replace(/[:.]/g, '')}`;
    renameSync(this.path, aside);
    this.live.clear();
    this.logger.error('the checkpoint is corrupt: kept aside, starting over', { line, file: aside });
  }

  /** Keeps the containers' newest states. */
  save(...containers: readonly SavedContainer[]): void {
    let lines = '';
    for (const container of containers) {
      const line = JSON.stringify(container);
      if (this.live.get(container.id) !== line) {
        this.live.set(container.id, line);
        lines += `${line}\n`;
      }
    }
    this.append(lines);
  }

  remove(id: string): void {
    if (this.live.delete(id)) {
      this.append(`${JSON.stringify({ id, done: true })}\n`);
    }
  }

  private append(lines: string): void {
    if (lines === '') {
      return;
    }
    if (this.behind || this.size > this.rewriteAt) {
      this.rewrite();
      return;
    }
    this.attempt(() => {
      appendFileSync(this.path, lines);
      this.size += Buffer.byteLength(lines);
    });
  }

  /** Writes the file anew: beside the old one, synced, renamed over it. */
  rewrite(): void {
    this.attempt(() => {
      const text = [...this.live.values(), ''].join('\n');
      const tmp = `${this.path}.tmp`;
      const fd = openSync(tmp, 'w', 0o600);
      try {
        writeFileSync(fd, text); // all of it or an error; writeSync may take a part
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      renameSync(tmp, this.path);
      this.size = Buffer.byteLength(text);
      this.rewriteAt = Math.max(REWRITE_BYTES, this.size * 2);
    });
  }

  /** A full disk must not stop the shipping: what is not written is tried again with the next line. */
  private attempt(write: () => void): void {
    try {
      write();
      if (this.failing) {
        this.logger.info('the checkpoint can be written again', { file: this.path });
      }
      this.failing = this.behind = false;
    } catch (error) {
      this.behind = true;
      if (!this.failing) {
        this.failing = true;
        const reason = error instanceof Error ? error.message : String(error);
        this.logger.error('the checkpoint cannot be written; shipping goes on, a crash now would send lines again', {
          file: this.path,
          error: reason,
        });
      }
    }
  }
}

function parseLine(line: string): z.infer<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // no JSON: the caller sets the file aside
  }
}

/** By `<pod directory>/<container>` and restart. */
export function byDirectory(saved: readonly SavedContainer[]): Map<string, Map<number, SavedContainer>> {
  const map = new Map<string, Map<number, SavedContainer>>();
  for (const container of saved) {
    const runs = map.get(container.directory) ?? new Map<number, SavedContainer>();
    map.set(container.directory, runs.set(container.run.restart, container));
  }
  return map;
}
