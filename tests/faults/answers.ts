import { setTimeout as wait } from 'node:timers/promises';
import type { Treatment } from '../testkit/fake-loki';
import { finalContainerRecord, storedContainerRecords, storedOf } from '../integration/agent-harness';
import { until } from '../testkit/until';
import { criLine, secondsAgo } from '../testkit/simulated-node';
import type { TestStore } from '../testkit/store';
import { expectComplete, expectExactAccount } from './account';
import { faultBed, gaugeOf, ShiftedClock, type Bed } from './bed';
import type { AccountedContainer } from './container';
import { randomFrom } from '../testkit/random';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const overloaded: Treatment = { status: 429, body: 'Ingestion rate limit exceeded for user fake' };

/** Contents of the container that the store has, in the order of their times. */
const contentsIn = async (bed: Bed, container: AccountedContainer) =>
  (await storedOf(bed.store, container)).map(({ line }) => line);

/**
 * The scenarios in which Loki's answers decide, against whatever Loki `openStore` gives.
 * What must hold is the same for each: every line exactly once, or a container record that names what is missing.
 */
export function answerScenarios(openStore: () => Promise<TestStore>): void {
  const bed = faultBed(openStore);

  /** All lines are stored once; then the logs leave the node and their container records say so. */
  async function leaveComplete(containers: readonly AccountedContainer[]): Promise<void> {
    for (const container of containers) {
      await bed.arrived(container);
      container.deletePod();
    }
    await expectComplete(bed.store, containers);
  }

  test('F20: an endpoint that answers 429 for ever, over a restart of the agent, advances no position', async () => {
    bed.endpoint.treat = () => overloaded;
    const container = bed.container({ pod: 'held-0' }).write(300);
    for (let run = 0; run < 3; run++) {
      const before = bed.endpoint.pushes;
      const { agent } = await bed.start();
      await until('it tried', () => bed.endpoint.pushes > before + 2);
      expect(agent.containerRecords()).toMatchObject([{ linesAcked: 0, bytesAcked: 0 }]);
      await bed.agents.stop(agent);
    }
    bed.endpoint.treat = () => 'pass';
    await bed.start();
    await leaveComplete([container]);
  });

  test('F21: Loki away for 30 minutes drops nothing, and shipping resumes by itself', async () => {
    const clock = new ShiftedClock(-45 * MINUTE);
    const agent = await bed.startAt(clock);
    const containers = ['a', 'b', 'c'].map((name) => bed.container({ pod: `steady-${name}` }));
    const step = () => {
      clock.offsetSeconds += MINUTE;
      containers.forEach((container) => container.write(20, -clock.offsetSeconds));
    };
    step();
    await until('it ships', () => agent.unacked === 0);
    bed.endpoint.treat = (push) => (push % 2 === 0 ? 'reset' : { status: 503, body: 'no' });
    for (let minute = 0; minute < 30; minute++) {
      step();
      if (minute % 10 === 9) {
        containers[0]?.rotate();
      }
      await wait(20);
    }
    containers[1]?.deletePod();
    await until('all is seen', () => agent.unacked > 0 && agent.containerRecords().some(({ left }) => left !== null));
    bed.endpoint.treat = () => 'pass';
    expect(await gaugeOf(agent, 'missed_bytes_total')).toBe(0);
    await expectComplete(bed.store, [containers[1]!]);
    await leaveComplete([containers[0]!, containers[2]!]);
  });

  test('F22: of a request with lines that are too long for Loki all others are stored, and those counted', async () => {
    const config = bed.config();
    config.limits['max-line-size'] = 1024 * 1024; // the agent's limit is not Loki's
    const container = bed.container({ pod: 'wordy-0' }).write(20, 5);
    container.append(criLine(secondsAgo(4), 'x'.repeat(300_000)));
    container.write(20);
    const { agent } = await bed.start(config);
    await until('it is through', () => agent.unacked === 0);
    const kept = [...container.lines.keys()].filter(({ length }) => length < 1_000);
    expect(await contentsIn(bed, container)).toEqual(kept);
    expect(agent.containerRecords()).toMatchObject([
      { linesSeen: 41, linesAcked: 40, gaps: [{ reason: 'refused', lines: 1, from: expect.any(String) }] },
    ]);
  });

  test('F22: of a request with lines that are too old for Loki all others are stored, and those counted', async () => {
    const config = bed.config();
    config.limits['max-age'] = 9 * DAY * 1000; // the agent believes that Loki takes them
    const container = bed.container({ pod: 'aged-0' });
    for (let minute = -25; minute < 25; minute++) {
      container.write(1, 7 * DAY - minute * MINUTE - 30);
    }
    const { agent } = await bed.start(config);
    await until('it is through', () => agent.unacked === 0 && agent.containerRecords()[0]?.linesSeen === 50);
    await until('counted', () => (agent.containerRecords()[0]?.gaps.length ?? 0) > 0);
    const stored = await storedOf(bed.store, container);
    const [containerRecord] = agent.containerRecords();
    const refused = containerRecord?.gaps.reduce((sum, { lines }) => sum + (lines ?? NaN), 0);
    expect({ linesAcked: containerRecord?.linesAcked, refused }).toEqual({ linesAcked: 25, refused: 25 });
    // A Loki shows lines of that age only when it has written their chunk: the embedded store shows them at once.
    expect([0, 25]).toContain(stored.length);
  });

  test('F23: lines that an outage made too old for ever are given up with a count, and no request is repeated for them', async () => {
    const clock = new ShiftedClock(-8 * DAY);
    bed.endpoint.treat = () => ({ status: 503, body: 'no' });
    const agent = await bed.startAt(clock);
    const container = bed.container({ pod: 'ancient-0' }).write(100, 8 * DAY);
    await until('it tried', () => agent.unacked === container.bytes && bed.endpoint.pushes > 0);
    clock.offsetSeconds = 0;
    container.write(50);
    bed.endpoint.treat = () => 'pass';
    await until('it is through', () => agent.unacked === 0);
    const { pushes } = bed.endpoint;
    await wait(500);
    expect(bed.endpoint.pushes - pushes).toBeLessThanOrEqual(2); // its containerRecord
    container.deleteFiles();
    const containerRecord = await finalContainerRecord(bed.store, container);
    expect(containerRecord).toMatchObject({ status: 'partial', gaps: [{ lines: 100 }] });
    // What was under way is sent once more and refused by Loki, what was not is passed over by the agent.
    expect(['too-old', 'refused']).toContain(containerRecord.gaps[0]?.reason);
    const missing = await expectExactAccount(bed.store, container, containerRecord);
    expect(missing).toEqual([...container.lines.keys()].slice(0, 100));
  });

  test('F35: lines that are hours behind the live ones of their stream are refused by nobody', async () => {
    const pods = ['b2222', 'c2222', 'd2222'].map((end) => `import-${end}`);
    const [live, behind, both] = pods.map((pod) => bed.container({ pod }));
    live!.write(100);
    const { agent } = await bed.start();
    await until('the live lines are stored', () => agent.unacked === 0 && agent.containerRecords().length > 0);
    // Not more than two and a half hours: of older lines a Loki shows nothing before it has written their chunk.
    for (let age = 150; age > 0; age -= 10) {
      behind!.write(20, age * MINUTE);
      live!.write(5);
    }
    both!.write(100, 2.5 * HOUR).write(100);
    await leaveComplete([live!, behind!, both!]);
  });

  test('F37: container records, metrics and store agree on the number of lines, whatever the endpoint answers', async () => {
    const random = randomFrom(37);
    const troubles: Treatment[] = ['reset', 'reset-after', overloaded, { status: 500, stored: true }];
    bed.endpoint.treat = (push, bytes) => {
      const trouble = troubles[Math.floor(random() * troubles.length)]!;
      return bytes > 2_500 ? { status: 413, body: 'too large' } : push % 2 ? trouble : 'pass';
    };
    const config = bed.config();
    config.batch.size = 16 * 1024;
    const { agent } = await bed.start(config);
    const containers = Array.from({ length: 6 }, (_, i) => bed.container({ pod: `count-${i}` }));
    for (let round = 0; round < 20; round++) {
      containers.forEach((container) => container.write(Math.floor(random() * 60)));
      containers[round % 6]?.rotate();
      await wait(20);
    }
    await leaveComplete(containers);
    const lines = containers.reduce((sum, container) => sum + container.lines.size, 0);
    expect(await gaugeOf(agent, 'acknowledged_lines_total')).toBe(lines);
    expect(await gaugeOf(agent, 'missed_lines_total')).toBe(0);
    const containerRecords = await storedContainerRecords(bed.store);
    expect(containers.reduce((sum, { id }) => sum + (containerRecords.get(id)?.linesAcked ?? NaN), 0)).toBe(lines);
  });

  test('an endpoint that fails half of its answers, some after storing, resets and stalls: each line once', async () => {
    const random = randomFrom(50);
    const troubles: Treatment[] = [
      'reset',
      'reset-after',
      { status: 500, stored: true },
      { status: 502, body: '' },
      overloaded,
    ];
    bed.endpoint.treat = () => (random() < 0.5 ? troubles[Math.floor(random() * troubles.length)]! : 'pass');
    const staller = setInterval(() => {
      bed.endpoint.stall();
      setTimeout(() => bed.endpoint.release(), 150);
    }, 600);
    const config = bed.config();
    config.batch.size = 8 * 1024;
    config.push.timeout = 100; // a stall is longer than the agent's patience
    await bed.start(config);
    const containers = Array.from({ length: 4 }, (_, i) => bed.container({ pod: `rough-${i}` }));
    for (let round = 0; round < 40; round++) {
      containers.forEach((container) => container.write(20));
      if (round % 8 === 7) {
        containers[round % 4]?.rotate();
      }
      await wait(25);
    }
    containers[0]?.deletePod();
    await expectComplete(bed.store, [containers[0]!]);
    await leaveComplete(containers.slice(1));
    clearInterval(staller);
  });

  test.each([
    ['forwards', 2 * HOUR],
    ['backwards', -2 * HOUR],
  ])("a step of the agent's clock two hours %s loses and doubles nothing", async (_way, step) => {
    const clock = new ShiftedClock(0);
    const agent = await bed.startAt(clock);
    const container = bed.container({ pod: 'stepped-0' }).write(50);
    await until('it ships', () => agent.containerRecords()[0]?.linesAcked === 50);
    clock.offsetSeconds = step;
    container.write(50);
    await until('it ships', () => agent.containerRecords()[0]?.linesAcked === 100);
    clock.offsetSeconds = 0;
    container.write(50);
    await leaveComplete([container]);
  });

  test("a step of the node's clock two hours backwards, and forwards again, loses and doubles nothing", async () => {
    const clock = new ShiftedClock(0);
    const agent = await bed.startAt(clock);
    const container = bed.container({ pod: 'stepped-1' }).write(50);
    await until('it ships', () => agent.containerRecords()[0]?.linesAcked === 50);
    clock.offsetSeconds = -2 * HOUR;
    const stepped: string[] = [];
    for (let i = 0; i < 50; i++) {
      stepped.push(`the clock is wrong ${i}`);
      container.append(criLine(secondsAgo(2 * HOUR) + BigInt(i), `the clock is wrong ${i}`));
    }
    await until('it is through', () => agent.containerRecords()[0]?.linesSeen === 100 && agent.unacked === 0);
    clock.offsetSeconds = 0;
    container.write(50);
    await until('all is through', () => agent.containerRecords()[0]?.linesSeen === 150 && agent.unacked === 0);
    container.deleteFiles();
    expect(await finalContainerRecord(bed.store, container)).toMatchObject({ linesAcked: 150, gaps: [] });
    const contents = await contentsIn(bed, container);
    expect([...contents].sort()).toEqual([...container.lines.keys()].sort());
    expect(contents.slice(0, 50)).toEqual(stepped);
  });
}
