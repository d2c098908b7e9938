import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import * as z from 'zod';
import { containerRunId } from '../../../model/container-run';
import { errorText } from '../../../model/error-text';
import type { Logger } from '../../common/log';
import { UserError } from '../../common/user-error';
import { emptyRecordState } from '../container/record-state';
import { savedContainerSchema, type SavedContainer } from '../container/saved';
import { JournalFile } from './journal-file';

/** A container's newest state, or that it is done with. */
const entrySchema = z.union([savedContainerSchema, z.object({ id: z.string(), done: z.literal(true) })]);
type Entry = z.infer<typeof entrySchema>;

const FILE = 'checkpoint.jsonl';
/** So many containers that are done with are remembered, to tell another container of the same id from them. */
const KEPT_DONE = 1_000;
/** Bytes of the line of one of them, about. */
const DONE_BYTES = 120;
/** The version of the file's lines. */
const VERSION = 1;

/**
 * The acknowledged positions and the states of the container records, in one readable file of JSON lines: a later line of
 * the same id replaces the earlier one. Every acknowledgement appends its line at once, which a kill of the process
 * cannot undo; now and then the file is written anew. Each line has a version and a checksum, `{"v":1,"crc":"…","state":{…}}`,
 * so that a damaged one costs itself alone.
 */
export class Checkpoint {
  private readonly live = new Map<string, string>();
  /** Containers that are done with, the last ones: the line of each. */
  private readonly done = new Map<string, string>();
  private readonly file: JournalFile;
  private liveBytes = 0;
  private reservedFor = 0;
  private failing = false;
  /** Lines that the disk did not take; they are in memory and written with the next ones. */
  private unwritten = false;

  constructor(
    private readonly dir: string,
    private readonly logger: Logger
  ) {
    this.file = new JournalFile(join(dir, FILE));
  }

  /** Whether the disk lacks something that a restart would need. */
  get behind(): boolean {
    return this.unwritten;
  }

  /**
   * Reads what an earlier agent left. Damaged lines are kept aside in a file of their own. An earlier line of the same
   * container counts instead; where there is none, of what the damaged one still tells of its container run the state
   * says that what was known of it is lost.
   * @param now RFC 3339: what is lost was lost by then
   * @throws UserError where the file cannot be read; the system's error where the directory cannot be made
   */
  load(now: string): SavedContainer[] {
    mkdirSync(this.dir, { recursive: true });
    const lines = this.read()
      .split(LINE_END)
      .filter((line) => line !== '');
    const saved = new Map<string, SavedContainer>();
    const damaged: string[] = [];
    for (const [index, line] of lines.entries()) {
      const entry = parseLine(line);
      if (entry !== undefined) {
        saved.delete(entry.id);
        this.done.delete(entry.id);
        if ('done' in entry) {
          this.bury(entry.id);
        } else {
          saved.set(entry.id, entry);
        }
      } else if (index === lines.length - 1 && line.startsWith('{') && !line.endsWith('}')) {
        this.logger.warn('the last line of the checkpoint is incomplete; the one before it counts', {
          file: this.file.path,
        });
      } else {
        damaged.push(line);
      }
    }
    this.setAside(damaged, lines.length);
    for (const line of damaged) {
      const rest = salvage(line, now);
      if (rest && !saved.has(rest.id)) {
        saved.set(rest.id, rest);
      }
    }
    for (const container of saved.values()) {
      this.keep(container.id, format(container));
    }
    this.rewrite();
    return [...saved.values()];
  }

  private read(): string {
    try {
      return this.file.read();
    } catch (error) {
      const advice = 'move it away to start without what it holds';
      throw new UserError(`--state.dir: ${this.file.path} cannot be read: ${errorText(error)}; ${advice}`);
    }
  }

  private setAside(damaged: readonly string[], lines: number): void {
    if (damaged.length === 0) {
      return;
    }
    const file = `${this.file.path}.corrupt-${new Date().toISOString().replace(/[:.]/g, '')}`;
    const about = { file, damaged: damaged.length, lines };
    try {
      writeFileSync(file, `${damaged.join('\n')}\n`, { mode: 0o600 });
    } catch (error) {
      this.logger.error('damaged lines of the checkpoint cannot be kept aside', { ...about, error: String(error) });
    }
    this.logger.error(
      damaged.length === lines
        ? 'the checkpoint is corrupt: kept aside, starting over'
        : 'the checkpoint has damaged lines: kept aside; of their containers an earlier state counts, or none',
      about
    );
  }

  /** Keeps the containers' newest states. */
  save(...containers: readonly SavedContainer[]): void {
    let lines = '';
    for (const container of containers) {
      const line = format(container);
      if (this.live.get(container.id) !== line) {
        this.keep(container.id, line);
        lines += `${line}\n`;
      }
    }
    this.append(lines);
  }

  remove(id: string): void {
    if (this.live.has(id)) {
      this.keep(id, null);
      this.append(`${this.bury(id)}\n`);
    }
  }

  /** Whether a container of that id was there, and is done with. */
  isDone(id: string): boolean {
    return this.done.has(id);
  }

  private bury(id: string): string {
    const line = format({ id, done: true });
    this.done.set(id, line);
    if (this.done.size > KEPT_DONE) {
      this.done.delete(this.done.keys().next().value ?? '');
    }
    return line;
  }

  private keep(id: string, line: string | null): void {
    this.done.delete(id);
    const before = this.live.get(id);
    this.liveBytes -= before === undefined ? 0 : before.length + 1;
    if (line === null) {
      this.live.delete(id);
    } else {
      this.live.set(id, line);
      this.liveBytes += line.length + 1;
    }
  }

  private append(lines: string): void {
    if (lines === '') {
      return;
    }
    if (this.unwritten || this.file.hasGrown) {
      this.rewrite();
      return;
    }
    this.attempt(() => {
      try {
        this.file.append(lines);
      } catch {
        this.writeAnew(); // without the old states it may fit
      }
      this.reserve();
    });
  }

  /** Writes the file anew, with what counts only. */
  rewrite(): void {
    this.attempt(() => this.writeAnew());
  }

  private writeAnew(): void {
    this.reserve();
    this.file.rewrite([...this.done.values(), ...this.live.values(), ''].join('\n'));
    this.reservedFor = 0; // the spare is another file now
    this.reserve();
  }

  /** Room for a disk without any is made while there is some; that it cannot be made now stops nothing. */
  private reserve(): void {
    if (this.reservedFor === 0 || this.liveBytes > this.reservedFor * 1.5) {
      try {
        this.file.reserve(this.liveBytes + this.done.size * DONE_BYTES);
        this.reservedFor = Math.max(1, this.liveBytes);
      } catch (error) {
        this.logger.debug('the checkpoint has no room in reserve', { error: errorText(error) });
      }
    }
  }

  /** A full disk must not stop the shipping: what is not written is tried again with the next line. */
  private attempt(write: () => void): void {
    try {
      write();
      if (this.failing) {
        this.logger.info('the checkpoint can be written again', { file: this.file.path });
      }
      this.failing = this.unwritten = false;
    } catch (error) {
      this.unwritten = true;
      if (!this.failing) {
        this.failing = true;
        this.logger.error('the checkpoint cannot be written; shipping goes on, a crash now would send lines again', {
          file: this.file.path,
          error: errorText(error),
        });
      }
    }
  }
}

const checksum = (text: string) => crc32(text).toString(16).padStart(8, '0');

function format(entry: Entry): string {
  const state = JSON.stringify(entry);
  return `{"v":${VERSION},"crc":"${checksum(state)}","state":${state}}`;
}

/** Also what damage has made of a line end: the lines before and behind it are whole, as their checksums say. */
const LINE_END = /\n|(?<=\})[^\n{}](?=\{"v":|\n|$)/;

const linePattern = /^\{"v":(\d+),"crc":"([0-9a-f]{8})","state":(.*)\}$/;

function parseLine(line: string): Entry | undefined {
  const [, version, crc, state = ''] = linePattern.exec(line) ?? [];
  if (Number(version) !== VERSION || crc !== checksum(state)) {
    return undefined;
  }
  try {
    return entrySchema.safeParse(JSON.parse(state)).data;
  } catch {
    return undefined; // written so by no agent of this version
  }
}

const runPattern =
  /"id":"([^"]+)","run":\{"namespace":"([^"]+)","pod":"([^"]+)","podUid":"([^"]+)","container":"([^"]+)","restart":(\d+)\},"directory":"([^"]+)"/;

/**
 * What a damaged line still tells: whose it was, where the three ways in which it says so agree. What was acknowledged of
 * which files is not to be trusted: all that is still there is sent again, and what is not there any more nobody knows of.
 */
function salvage(line: string, now: string): SavedContainer | undefined {
  const [, id, namespace = '', pod = '', podUid = '', container = '', restart, directory] = runPattern.exec(line) ?? [];
  const run = { namespace, pod, podUid, container, restart: Number(restart) };
  if (id?.split('@')[0] !== containerRunId(run) || directory !== `${namespace}_${pod}_${podUid}/${container}`) {
    return undefined;
  }
  const account = emptyRecordState();
  account.gaps.push({
    reason: 'unacknowledged',
    bytes: null,
    lines: null,
    from: null,
    to: now,
    detail: "the agent's checkpoint of this container was damaged: what was sent before is not known",
  });
  return { id: id ?? '', run, directory, account, files: [] };
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
