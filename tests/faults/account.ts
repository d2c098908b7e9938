import type { ContainerRecord } from '../../model/records';
import { parseNs } from '../../model/time';
import { finalContainerRecord, storedOf } from '../integration/agent-harness';
import type { TestStore } from '../testkit/store';
import type { AccountedContainer, WrittenLine } from './container';

type Accounted = Pick<ContainerRecord, 'linesSeen' | 'linesAcked' | 'bytesSeen' | 'bytesAcked' | 'gaps'>;

/**
 * Holds what the sink has of a container and what its container record says against what was written: each line is stored once and
 * in order, or the container record names the bytes that are missing, to the byte, and a time span that has them. (A gap without
 * bytes says that more may have been written after the last look; it accounts for nothing.)
 * @returns the contents that are missing
 */
export async function expectExactAccount(
  store: TestStore,
  container: AccountedContainer,
  containerRecord: Accounted
): Promise<string[]> {
  const stored = (await storedOf(store, container)).map(({ line }) => line);
  const there = new Set(stored);
  const written = [...container.lines.keys()];
  expect(stored).toEqual(written.filter((line) => there.has(line)));
  const missing = written.filter((line) => !there.has(line));
  const weigh = (contents: readonly string[]) =>
    contents.reduce((sum, content) => sum + (container.lines.get(content)?.bytes ?? 0), 0);
  expect({
    linesAcked: containerRecord.linesAcked,
    bytesAcked: containerRecord.bytesAcked,
    bytesSeen: containerRecord.bytesSeen,
    missing: containerRecord.gaps.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
  }).toEqual({
    linesAcked: stored.length,
    bytesAcked: weigh(stored),
    bytesSeen: weigh(written),
    missing: weigh(missing),
  });
  for (const content of missing) {
    expect(containerRecord.gaps.some((gap) => gap.bytes !== null && spans(gap, container.lines.get(content)))).toBe(
      true
    );
  }
  return missing;
}

function spans({ from, to }: { from: string | null; to: string | null }, line: WrittenLine | undefined): boolean {
  const first = from === null ? 0n : parseNs(from); // before anything that is known of the log
  const last = parseNs(to ?? '');
  return line !== undefined && first !== undefined && last !== undefined && first <= line.ns && line.ns <= last;
}

/** Waits for the final container records of containers that left the node; all they wrote is in the sink. @returns the container records */
export async function expectComplete(
  store: TestStore,
  containers: readonly AccountedContainer[]
): Promise<ContainerRecord[]> {
  const containerRecords: ContainerRecord[] = [];
  for (const container of containers) {
    const containerRecord = await finalContainerRecord(store, container);
    expect(await expectExactAccount(store, container, containerRecord)).toEqual([]);
    expect(containerRecord).toMatchObject({ linesSeen: container.lines.size, gaps: [] });
    expect(['complete', 'rescued']).toContain(containerRecord.status);
    containerRecords.push(containerRecord);
  }
  return containerRecords;
}
