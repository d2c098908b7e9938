import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReplayClock } from './clock';
import { play } from './play';
import { TimeShift } from './shift';

describe('playing', () => {
  const root = mkdtempSync(join(tmpdir(), 'afterlog-play-'));
  afterAll(() => rmSync(root, { recursive: true }));

  it('waits for an interlude: it lasts no recorded time, and what comes after it waits', async () => {
    const begin = Date.parse('2026-11-23T23:11:43Z');
    const clock = new ReplayClock(begin, begin + 3000, 50);
    const steps = ['early', 'late'].map((path, index) => ({
      at: begin + 1000 + index * 1000,
      action: { kind: 'mkdir' as const, path },
    }));
    const there = () => ['early', 'late'].filter((path) => existsSync(join(root, path)));
    const seen: unknown[] = [];
    const look = () => seen.push([((clock.recorded() - begin) / 1000).toFixed(1), there()]);
    const run = async () => {
      look();
      await sleep(30);
      look();
    };
    const stage = { root, source: root, shift: new TimeShift(0) };
    await play({ steps, withoutId: [] }, stage, clock, { end: begin + 3000, interludes: [{ at: begin + 1500, run }] });
    expect(seen).toEqual([
      ['1.5', ['early']],
      ['1.5', ['early']],
    ]);
    expect(there()).toEqual(['early', 'late']);
  });
});
