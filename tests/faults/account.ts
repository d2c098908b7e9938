import type { ContainerRecord } from '../../model/records';
import { parseNs } from '../../model/time';
import { finalLedger, storedOf } from '../integration/agent-harness';
import type { TestStore } from '../integration/logs-store';
import type { AccountedContainer, WrittenLine } from './container';

type Ledger = Pick<ContainerRecord, 'linesSeen' | 'linesAcked' | 'bytesSeen' | 'bytesAcked' | 'gaps'>;

/**
 * Holds what the sink has of a container and what its ledger says against what was written: each line is stored once and
 * in order, or the ledger names the bytes that are missing, to the byte, and a time span that has them. (A gap without
 * bytes says that more may have been written after the last look; it accounts for nothing.)
 * @returns the contents that are missing
 */
export async function expectExactAccount(
  store: TestStore,
  container: AccountedContainer,
  ledger: Ledger
): Promise<string[]> {
  const stored = (await storedOf(store, container)).map(({ line }) => line);
  const there = new Set(stored);
  const written = [...container.lines.keys()];
  expect(stored).toEqual(written.filter((line) => there.has(line)));
  const missing = written.filter((line) => !there.has(line));
  const weigh = (contents: readonly string[]) =>
    contents.reduce((sum, content) => sum + (container.lines.get(content)?.bytes ?? 0), 0);
  expect({
    linesAcked: ledger.linesAcked,
    bytesAcked: ledger.bytesAcked,
    bytesSeen: ledger.bytesSeen,
    missing: ledger.gaps.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
  }).toEqual({
    linesAcked: stored.length,
    bytesAcked: weigh(stored),
    bytesSeen: weigh(written),
    missing: weigh(missing),
  });
  for (const content of missing) {
    expect(ledger.gaps.some((gap) => gap.bytes !== null && spans(gap, container.lines.get(content)))).toBe(true);
  }
  return missing;
}

function spans({ from, to }: { from: string | null; to: string | null }, line: WrittenLine | undefined): boolean {
  const first = from === null ? 0n : parseNs(from); // before anything that is known of the log
  const last = parseNs(to ?? '');
  return line !== undefined && first !== undefined && last !== undefined && first <= line.ns && line.ns <= last;
}

/** Waits for the final ledgers of containers that left the node; all they wrote is in the sink. @returns the ledgers */
export async function expectComplete(
  store: TestStore,
  containers: readonly AccountedContainer[]
): Promise<ContainerRecord[]> {
  const ledgers: ContainerRecord[] = [];
  for (const container of containers) {
    const ledger = await finalLedger(store, container);
    expect(await expectExactAccount(store, container, ledger)).toEqual([]);
    expect(ledger).toMatchObject({ linesSeen: container.lines.size, gaps: [] });
    expect(['kept', 'rescued']).toContain(ledger.verdict);
    ledgers.push(ledger);
  }
  return ledgers;
}
