import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ContainerRecord } from '../../model/records';
import { parseNs } from '../../model/time';
import type { Treatment } from '../testkit/fake-loki';
import { finalContainerRecord, storedOf } from '../integration/agent-harness';
import { until } from '../testkit/until';
import { faultBed } from './bed';
import type { AccountedContainer } from './container';
import { randomFrom } from '../testkit/random';

const KILLS = Number(process.env.FAULT_KILLS ?? 25);
/** Files of a container (the kubelet's containerLogMaxFiles). */
const MAX_FILES = 5;
const bed = faultBed();

const random = randomFrom(20_261_124);
const troubles: Treatment[] = [
  'reset',
  'reset-after',
  { status: 500, stored: true },
  { status: 503, stored: true },
  { status: 429, body: 'slow down' },
];

/** Rotates, and deletes the oldest file as the kubelet does, whether the agent has brought it to the store or not. */
function rotate(container: AccountedContainer): void {
  container.rotate();
  const { directory } = container;
  const rotated = readdirSync(directory).filter((name) => name.startsWith('0.log.'));
  if (rotated.length >= MAX_FILES) {
    rmSync(join(directory, rotated.sort()[0]!));
  }
}

/**
 * Nothing is stored twice or out of order, and what is missing lies in a gap. What was stored but could not be
 * acknowledged before its file went is in a gap too: a gap may name more than is missing, never less.
 */
async function expectAccounted(container: AccountedContainer, containerRecord: ContainerRecord): Promise<number> {
  const stored = (await storedOf(bed.store, container)).map(({ line }) => line);
  const there = new Set(stored);
  const written = [...container.lines.keys()];
  expect(stored).toEqual(written.filter((line) => there.has(line)));
  expect(containerRecord.linesAcked).toBeLessThanOrEqual(stored.length);
  const missing = written.filter((line) => !there.has(line));
  const unnamed = missing.filter((content) => {
    const { ns = 0n } = container.lines.get(content) ?? {};
    return !containerRecord.gaps.some(
      ({ from, to }) => (parseNs(from ?? '') ?? 0n) <= ns && ns <= (parseNs(to ?? '') ?? 0n)
    );
  });
  expect({ unnamed, gaps: unnamed.length > 0 ? containerRecord.gaps : [] }).toEqual({
    unnamed: [],
    gaps: [],
  });
  if (containerRecord.gaps.every(({ bytes }) => bytes !== null)) {
    const named = containerRecord.gaps.reduce((sum, gap) => sum + (gap.bytes ?? 0), 0);
    const bytes = missing.reduce((sum, content) => sum + (container.lines.get(content)?.bytes ?? 0), 0);
    expect(named).toBeGreaterThanOrEqual(bytes);
    expect(containerRecord.bytesAcked + named).toBe(containerRecord.bytesSeen);
  }
  return missing.length;
}

test(
  `kill -9 at ${KILLS} random points, while logs rotate and vanish and the endpoint fails half of its answers: each line once, or a containerRecord that names it`,
  async () => {
    bed.endpoint.treat = () => (random() < 0.5 ? troubles[Math.floor(random() * troubles.length)]! : 'pass');
    const all: AccountedContainer[] = [];
    const next = () => {
      const container = bed.container({ pod: `hunted-${all.length}` });
      all.push(container);
      return container;
    };
    const live = [next(), next(), next()];
    const writer = setInterval(() => {
      for (const container of live) {
        container.write(1 + Math.floor(random() * 10));
        if (random() < 0.01) {
          rotate(container);
        }
      }
    }, 15);
    const staller = setInterval(() => {
      bed.endpoint.stall();
      setTimeout(() => bed.endpoint.release(), 200);
    }, 1_500);
    for (let kill = 0; kill < KILLS; kill++) {
      const agent = await bed.startProcess(['--batch.size', '64KiB']);
      await wait(random() * 600);
      const at = Math.floor(random() * live.length);
      // A log that no agent ever opened has no container record: that one was seen shows its first line.
      if (random() < 0.25 && (await storedOf(bed.store, live[at]!)).length > 0) {
        live[at]!.deletePod();
        live[at] = next();
        await wait(random() * 100);
      }
      await agent.end('SIGKILL');
    }
    clearInterval(writer);
    clearInterval(staller);
    bed.endpoint.treat = () => 'pass';
    await bed.startProcess();
    for (const container of live) {
      const last = container.written.at(-1);
      await until('the last line is stored', async () => (await storedOf(bed.store, container)).at(-1)?.line === last);
      container.deletePod();
    }
    let missing = 0;
    for (const container of all) {
      missing += await expectAccounted(container, await finalContainerRecord(bed.store, container));
    }
    const lines = all.reduce((sum, container) => sum + container.lines.size, 0);
    console.log(`${KILLS} kills, ${all.length} containers, ${lines} lines, of which ${missing} are missing and named`);
  },
  60_000 + KILLS * 2_000
);
