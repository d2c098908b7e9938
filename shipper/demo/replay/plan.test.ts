import { planReplay, type Action } from './plan';
import type { Observation } from './recording';

const log = 'ns_pod_uid/c/0.log';
const id = 'a'.repeat(64);
const link = `containers/pod_ns_c-${id}.log`;

type Seen = [t: number, event: Observation['event'], path: string, size?: number, from?: string];

function plan(seen: Seen[], sizes: Record<string, number>, ids: Record<string, string> = { [log]: id }) {
  return planReplay({
    observations: seen.map(([t, event, path, size = 0, from]) => ({ t, event, path, size, from, inode: 1 })),
    ids: new Map(Object.entries(ids)),
    sizes: new Map(Object.entries(sizes)),
    shiftPath: (path) => path,
  });
}

/** The actions in short: `append <path> 0-5`. */
function actions(steps: Array<{ action: Action }>): string[] {
  return steps.map(({ action }) => {
    switch (action.kind) {
      case 'append':
        return `append ${action.path} ${action.from}-${action.to} of ${action.file.source}`;
      case 'compress':
        return `compress ${action.file.source} to ${action.path}`;
      case 'rename':
        return `rename ${action.from} ${action.to}`;
      case 'symlink':
        return `symlink ${action.path} to ${action.target}`;
      default:
        return `${action.kind} ${action.path}`;
    }
  });
}

describe('the plan of a replay', () => {
  it('creates, grows and removes a file and its link when it was seen, directories last', () => {
    const { steps, withoutId } = plan(
      [
        [1, 'created', 'ns_pod_uid/'],
        [1, 'created', 'ns_pod_uid/c/'],
        [2, 'created', log, 5],
        [3, 'grown', log, 9],
        [4, 'gone', 'ns_pod_uid/'],
        [4, 'gone', 'ns_pod_uid/c/'],
        [4, 'gone', log, 9],
      ],
      { [log]: 9 }
    );
    expect(actions(steps)).toEqual([
      'mkdir pods/ns_pod_uid/',
      'mkdir pods/ns_pod_uid/c/',
      `create pods/${log}`,
      `append pods/${log} 0-5 of ${log}`,
      `symlink ${link} to pods/${log}`,
      `append pods/${log} 5-9 of ${log}`,
      `unlink pods/${log}`,
      `unlink ${link}`,
      'rmdir pods/ns_pod_uid/c/',
      'rmdir pods/ns_pod_uid/',
    ]);
    expect(steps.map((step) => step.at)).toEqual([1, 1, 2, 2, 2, 3, 4, 4, 4, 4]);
    expect(withoutId).toEqual([]);
  });

  it('rotates as kubelet does: drop the oldest, compress, rename, reopen', () => {
    const { steps } = plan(
      [
        [1, 'created', log, 10],
        // First rotation; the recorder saw the new file before the renamed one.
        [2, 'created', log, 3],
        [2, 'renamed', `${log}.T1`, 12, log],
        // Second: T1's place on the disk is free again and serves the new current file, which reads as a rename.
        [3, 'created', `${log}.T1.tmp`, 1],
        [4, 'renamed', log, 0, `${log}.T1`],
        [4, 'renamed', `${log}.T1.gz`, 2, `${log}.T1.tmp`],
        [4, 'renamed', `${log}.T2`, 7, log],
        [4, 'gone', `${log}.T1`, 12],
        [4, 'gone', `${log}.T1.tmp`, 1],
        // Third: the oldest goes, its inode becomes the next compressed file.
        [5, 'created', log, 1],
        [5, 'renamed', `${log}.T2.gz`, 2, `${log}.T1.gz`],
        [5, 'renamed', `${log}.T3`, 4, log],
        [5, 'gone', `${log}.T1.gz`, 2],
        [5, 'gone', `${log}.T2`, 7],
      ],
      { [log]: 1, [`${log}.T1`]: 12, [`${log}.T2`]: 7, [`${log}.T3`]: 4 }
    );
    const p = `pods/${log}`;
    expect(actions(steps)).toEqual([
      `create ${p}`,
      `append ${p} 0-10 of ${log}.T1`,
      `symlink ${link} to ${p}`,

      `append ${p} 10-12 of ${log}.T1`,
      `rename ${p} ${p}.T1`,
      `create ${p}`,
      `append ${p} 0-3 of ${log}.T2`,

      `append ${p} 3-7 of ${log}.T2`,
      `compress ${log}.T1 to ${p}.T1.gz`,
      `unlink ${p}.T1`,
      `rename ${p} ${p}.T2`,
      `create ${p}`,

      `append ${p} 0-4 of ${log}.T3`,
      `unlink ${p}.T1.gz`,
      `compress ${log}.T2 to ${p}.T2.gz`,
      `unlink ${p}.T2`,
      `rename ${p} ${p}.T3`,
      `create ${p}`,
      `append ${p} 0-1 of ${log}`,
    ]);
  });

  it('names container runs whose id is not known, and links the others', () => {
    const other = 'ns_pod_uid/c/1.log';
    const { steps, withoutId } = plan(
      [
        [1, 'created', log, 1],
        [1, 'created', other, 1],
      ],
      { [log]: 1, [other]: 1 }
    );
    expect(withoutId).toEqual([other]);
    expect(actions(steps).filter((a) => a.startsWith('symlink'))).toHaveLength(1);
  });

  it('refuses a recording whose bytes do not add up', () => {
    expect(() => plan([[1, 'created', log, 5]], { [log]: 9 })).toThrow(
      `${log} has 9 bytes, the observations account for 5`
    );
    expect(() => plan([[1, 'created', log, 5]], {})).toThrow(`the bytes of ${log} are not in it`);
    expect(() => plan([[1, 'grown', log, 5]], { [log]: 5 })).toThrow('changes before it is there');
  });
});
