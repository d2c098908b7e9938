import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from './storage-error';

/**
 * LevelDB opens a directory whose list of tables (MANIFEST) was cut as if the list ended there, and deletes the tables that
 * it does not find in it. So the list is held against the files before LevelDB sees them.
 *
 * Formats: https://github.com/google/leveldb/blob/main/doc/log_format.md and db/version_edit.cc there.
 *
 * @returns whether the directory has a database
 * @throws StorageError where the list is not that of the files
 */
export async function checkDatabaseFiles(dir: string): Promise<boolean> {
  const names = await readdir(dir);
  const tables = new Set(names.flatMap((name) => /^(\d+)\.(?:ldb|sst)$/.exec(name)?.[1] ?? []).map(Number));
  const logs = new Set(names.flatMap((name) => /^(\d+)\.log$/.exec(name)?.[1] ?? []).map(Number));
  const hasWal = names.some((name) => name.startsWith('wal-'));
  if (!names.includes('CURRENT')) {
    if (tables.size > 0 || hasWal) {
      throw damaged(dir, 'it has data, but no file CURRENT');
    }
    return false;
  }
  const current = (await readFile(join(dir, 'CURRENT'), 'utf8')).trim();
  if (!/^MANIFEST-\d+$/.test(current) || !names.includes(current)) {
    throw damaged(dir, `CURRENT names "${current}", which is not there`);
  }
  const { live, logNumber } = stateIn(await readFile(join(dir, current)));
  const missing = [...live].filter((number) => !tables.has(number));
  if (missing.length > 0) {
    throw damaged(dir, `${current} names tables that are not there (${missing.join(', ')})`);
  }
  if (live.size === 0 && tables.size > 0) {
    throw damaged(dir, `${current} names none of its ${tables.size} tables`);
  }
  if (logNumber !== undefined && logNumber > 0 && !logs.has(logNumber)) {
    throw damaged(dir, `${current} was cut: it ends with the log ${logNumber}, which is not there`);
  }
  return true;
}

function damaged(dir: string, what: string): StorageError {
  return new StorageError(
    `the store in ${dir} is damaged: ${what}. Nothing was changed. Restore the directory from a copy, or use another one`
  );
}

/** Tables and log as of the last whole record. */
function stateIn(manifest: Buffer): { live: Set<number>; logNumber: number | undefined } {
  const live = new Set<number>();
  let logNumber: number | undefined;
  for (const record of recordsOf(manifest)) {
    const edit = new EditReader(record);
    edit.read({
      log: (number) => {
        logNumber = number;
      },
      added: (number) => live.add(number),
      deleted: (number) => live.delete(number),
    });
  }
  return { live, logNumber };
}

const logBlock = 32_768;
const recordType = { full: 1, first: 2, middle: 3, last: 4 } as const;

/** The records of a file in LevelDB's log format, up to where it ends or makes no sense. */
function* recordsOf(file: Buffer): Generator<Buffer> {
  let parts: Buffer[] = [];
  for (let at = 0; at + 7 <= file.length;) {
    if (logBlock - (at % logBlock) < 7) {
      at += logBlock - (at % logBlock);
      continue;
    }
    const length = file.readUInt16LE(at + 4);
    const type = file[at + 6] ?? 0;
    const end = at + 7 + length;
    if (end > file.length || type < recordType.full || type > recordType.last) {
      return;
    }
    parts = type === recordType.full || type === recordType.first ? [] : parts;
    parts.push(file.subarray(at + 7, end));
    if (type === recordType.full || type === recordType.last) {
      yield Buffer.concat(parts);
    }
    at = end;
  }
}

interface EditVisitor {
  log(number: number): void;
  added(table: number): void;
  deleted(table: number): void;
}

/** One change of the list of tables. */
class EditReader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  read(visitor: EditVisitor): void {
    while (this.at < this.bytes.length) {
      switch (this.varint()) {
        case 1: // comparator
          this.text();
          break;
        case 2:
          visitor.log(this.varint());
          break;
        case 3: // next file
        case 4: // last sequence
        case 9: // previous log
          this.varint();
          break;
        case 5: // compact pointer
          this.varint();
          this.text();
          break;
        case 6:
          this.varint();
          visitor.deleted(this.varint());
          break;
        case 7: {
          this.varint();
          const table = this.varint();
          this.varint();
          this.text();
          this.text();
          visitor.added(table);
          break;
        }
        default:
          return;
      }
    }
  }

  private varint(): number {
    let value = 0;
    for (let scale = 1; this.at < this.bytes.length; scale *= 0x80) {
      const byte = this.bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        break;
      }
    }
    return value;
  }

  private text(): void {
    const length = this.varint();
    this.at += length;
  }
}

/** What LevelDB said of its last opening: each line reports something it left out. */
export async function droppedByDatabase(dir: string): Promise<string[]> {
  const text = await readFile(join(dir, 'LOG'), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => /dropping \d+ bytes|Ignoring error/.test(line));
}
