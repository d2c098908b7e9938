import { access } from 'node:fs/promises';
import type { ClassicLevel } from 'classic-level';
import { labelsOf, labelsText } from '../common/labels';
import { decodeBlock } from './block';
import { formatVersion, openDatabase } from './block-database';
import {
  blocksFrom,
  blocksUntil,
  formatKey,
  indexFrom,
  indexUntil,
  placeOf,
  streamIdOf,
  streamsFrom,
  streamsUntil,
} from './keys';
import { checkDatabaseFiles, droppedByDatabase } from './leveldb-files';
import { DamagedError, messageOf, StorageError } from './storage-error';
import { decodeStreamRow, readIndexRow } from './rows';
import { decodeAppends } from './wal-payload';
import { readWal, walNumbers } from './write-ahead-log';

/** What is in a directory, and what of it is not as it was written. */
export interface Verification {
  streams: number;
  blocks: number;
  /** Of blocks and write-ahead logs. */
  entries: number;
  /** One line for each thing that is damaged. */
  damage: string[];
}

/**
 * Reads all that a store has on the disk, and changes nothing of it.
 *
 * @throws StorageError where the directory is not a store's, or a process has it open
 */
export async function verifyStore(dir: string): Promise<Verification> {
  await access(dir).catch(() => {
    throw new StorageError(`${dir} is not there`);
  });
  const found: Verification = { streams: 0, blocks: 0, entries: 0, damage: [] };
  try {
    if (!(await checkDatabaseFiles(dir))) {
      throw new StorageError(`${dir} has no store`);
    }
  } catch (error) {
    if (error instanceof StorageError && error.message.includes('is damaged')) {
      found.damage.push(error.message);
      return found;
    }
    throw error;
  }
  const db = await openDatabase(dir);
  try {
    await verifyDatabase(dir, db, found);
  } catch (error) {
    if (error instanceof StorageError) {
      throw error;
    }
    found.damage.push(`the database cannot be read to its end: ${messageOf(error)}`);
  } finally {
    await db.close();
  }
  for (const number of await walNumbers(dir)) {
    const { payloads, droppedBytes, droppedEntries } = await readWal(dir, number);
    const appends = payloads.flatMap((payload) => decodeAppends(payload));
    found.entries += appends.reduce((sum, { entries }) => sum + entries.length, 0);
    if (droppedBytes > 0) {
      found.damage.push(`write-ahead log ${number}: ${droppedBytes} bytes (${droppedEntries} entries) are damaged`);
    }
  }
  return found;
}

const binary = { keyEncoding: 'buffer', valueEncoding: 'buffer' } as const;

async function verifyDatabase(dir: string, db: ClassicLevel<Buffer, Buffer>, found: Verification): Promise<void> {
  const format = await db.get(formatKey, binary);
  if (format?.toString() !== formatVersion) {
    throw new StorageError(`${dir} has a database that "${formatVersion}" did not write`);
  }
  found.damage.push(...(await droppedByDatabase(dir)));
  const expected = new Map<number, { text: string; blocks: number; entries: number }>();
  for await (const [key, value] of db.iterator({ ...binary, gte: streamsFrom, lt: streamsUntil })) {
    const row = decodeStreamRow(value);
    found.streams++;
    if (row) {
      const { labels, blocks, entries } = row;
      expected.set(streamIdOf(key), { text: labelsText(labelsOf(labels)), blocks, entries });
    } else {
      found.damage.push(`the labels of stream ${streamIdOf(key)}`);
    }
  }
  const counts = await verifyBlocks(db, found, (id) => expected.get(id)?.text ?? `number ${id}`);
  for (const [id, { text, blocks, entries }] of expected) {
    const there = counts.get(id) ?? { blocks: 0, entries: 0 };
    if (there.blocks !== blocks || there.entries !== entries) {
      found.damage.push(
        `stream ${text}: of ${blocks} blocks (${entries} entries) ${there.blocks} (${there.entries}) are there`
      );
    }
  }
}

/** Index and blocks have the same order: they are read side by side. @returns what there is by stream */
async function verifyBlocks(db: ClassicLevel<Buffer, Buffer>, found: Verification, nameOf: (id: number) => string) {
  const counts = new Map<number, { blocks: number; entries: number }>();
  const blocks = db.iterator({ ...binary, gte: blocksFrom, lt: blocksUntil });
  let block = await blocks.next();
  for await (const [key, value] of db.iterator({ ...binary, gte: indexFrom, lt: indexUntil })) {
    const place = placeOf(key);
    const where = `a block of stream ${nameOf(place.stream)} that ends at ${place.last} ns`;
    for (; block && key.compare(block[0], 1, undefined, 1) > 0; block = await blocks.next()) {
      found.damage.push(`a block of stream ${nameOf(placeOf(block[0]).stream)} that no index knows`);
    }
    try {
      const row = readIndexRow(key, value, undefined);
      if (!block || key.compare(block[0], 1, undefined, 1) !== 0) {
        throw new DamagedError('it is missing');
      }
      const decoded = decodeBlock(block[1]);
      if (
        decoded.count !== row.entries ||
        decoded.base !== row.first ||
        decoded.time(decoded.count - 1) !== place.last
      ) {
        throw new DamagedError('it is not the one that the index knows');
      }
      const count = counts.get(place.stream) ?? { blocks: 0, entries: 0 };
      counts.set(place.stream, { blocks: count.blocks + 1, entries: count.entries + row.entries });
      found.blocks++;
      found.entries += row.entries;
    } catch (error) {
      found.damage.push(`${where}: ${messageOf(error)}`);
    }
    if (block && key.compare(block[0], 1, undefined, 1) === 0) {
      block = await blocks.next();
    }
  }
  await blocks.close();
  return counts;
}
