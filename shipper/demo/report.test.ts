import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesOnNode, outcomeText } from './report';

describe('the report of the demo', () => {
  const nothing = { differences: [], cases: [], named: [], unnamed: [] };

  it('says in one line that the store holds everything', () => {
    expect(outcomeText({ ...nothing, expected: 1234, found: 1234 })).toBe(
      '✓ Every line of the recording is in the store, once: 1,234 lines.'
    );
  });

  it('names the containers whose missing lines are accounted for', () => {
    const named = [
      { log: 'ns/tick-1/c/0', expected: 1, found: 0, status: 'lost' as const },
      { log: 'ns/rotate-1/c/0', expected: 20_000, found: 5_000, status: 'partial' as const },
    ];
    expect(outcomeText({ ...nothing, expected: 20_100, found: 5_099, named }).split('\n')).toEqual([
      '✓ 5,099 lines of the recording are in the store, once. Missing: 15,001 lines of 2 containers, each named by its case or container record:',
      '    lost     ns/tick-1/c/0: 1 of 1',
      '    partial  ns/rotate-1/c/0: 15,000 of 20,000',
    ]);
  });

  it('names the containers that lack lines, or have too many, ten at most, where nothing accounts for it', () => {
    const unnamed = Array.from({ length: 12 }, (_, i) => ({ log: `ns/pod-${i}/c/0`, expected: 2, found: i }));
    const lines = outcomeText({ ...nothing, expected: 24, found: 66, unnamed }).split('\n');
    expect(lines[0]).toBe('✗ The store does not hold the recording: 66 lines instead of 24.');
    expect(lines[1]).toBe('    ns/pod-0/c/0: 0 of 2 lines');
    expect(lines.slice(10)).toEqual(['    ns/pod-9/c/0: 9 of 2 lines', '    and 2 more']);
  });

  it('counts the files that a container run still has on the node, rotated ones too', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'afterlog-report-'));
    for (const name of ['0.log', '0.log.20261123-232307', '0.log.20261123-232257.gz', '1.log']) {
      mkdirSync(join(dir, 'ns_pod_uid', 'c'), { recursive: true });
      writeFileSync(join(dir, 'ns_pod_uid', 'c', name), '');
    }
    mkdirSync(join(dir, 'ns_gone_uid2', 'c'), { recursive: true });
    expect(await filesOnNode(dir)).toEqual(
      new Map([
        ['uid/c/0', 3],
        ['uid/c/1', 1],
      ])
    );
    rmSync(dir, { recursive: true });
  });
});
