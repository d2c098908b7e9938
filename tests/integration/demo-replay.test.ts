import { openSync, closeSync, fstatSync, readSync, existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseNs } from '../../model/time';
import { ReplayClock } from '../../shipper/demo/replay/clock';
import { containerIds } from '../../shipper/demo/replay/container-ids';
import { planReplay, type Plan } from '../../shipper/demo/replay/plan';
import { play } from '../../shipper/demo/replay/play';
import { Recording, type Observation } from '../../shipper/demo/replay/recording';
import { TimeShift } from '../../shipper/demo/replay/shift';

const runLog = /\/\d+\.log$/;

/** What each recording holds: container runs, links that were seen, compressed files that are left. */
const recordings = [
  { name: 'disk-pressure', runs: 58, seenLinks: 57, compressed: 3 },
  { name: 'disk-pressure-1.36', runs: 127, seenLinks: 127, compressed: 0 },
];

describe.each(recordings)(
  'the recording $name',
  ({ name: recordingName, runs: allRuns, seenLinks, compressed: left }) => {
    let dir: string;
    let source: string;
    let root: string;
    let observations: Observation[];
    let sizes: Map<string, number>;
    let clock: ReplayClock;
    let shift: TimeShift;
    let plan: Plan;
    let began: number;
    let links: Array<{ event: string; link: string; target?: string }>;

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'afterlog-replay-'));
      source = join(dir, 'recording');
      root = join(dir, 'log');
      const recording = Recording.find(recordingName);
      observations = await recording.observations();
      sizes = await recording.unpack(source);
      const text = await readFile(join(__dirname, '../recording', recordingName, 'container-links.jsonl'), 'utf8');
      links = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      began = Date.now();
      clock = new ReplayClock(observations[0]!.t, observations.at(-1)!.t, 1e6);
      shift = new TimeShift(clock.shiftSeconds);
      const ids = containerIds(await recording.podEvents());
      plan = planReplay({ observations, ids, sizes, shiftPath: (path) => shift.path(path) });
    });

    afterAll(() => rm(dir, { recursive: true, force: true }));

    it('is planned so that every byte of every file is written once, from the first to the last', () => {
      const end = new Map<string, number>();
      for (const { action } of plan.steps) {
        if (action.kind === 'append') {
          expect(action.from).toBe(end.get(action.file.source) ?? 0);
          end.set(action.file.source, action.to);
        }
      }
      expect(end).toEqual(new Map([...sizes].filter(([, size]) => size > 0)));
    });

    it('is planned in recorded order', () => {
      const times = plan.steps.map((step) => step.at);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    });

    it('links every container run, as the node did where that was recorded', () => {
      const planned = plan.steps.flatMap(({ action }) => (action.kind === 'symlink' ? [action] : []));
      const runs = [...sizes.keys()].filter((path) => runLog.test(path));
      expect(runs).toHaveLength(allRuns);
      expect(planned.map((action) => action.target).sort()).toEqual(runs.map((path) => `pods/${path}`).sort());
      expect(plan.withoutId).toEqual([]);
      const recorded = links.filter((seen) => seen.event === 'created');
      expect(recorded).toHaveLength(seenLinks);
      for (const { link, target } of recorded) {
        expect(planned).toContainEqual({ kind: 'symlink', path: `containers/${link}`, target: `pods/${target}` });
      }
    });

    describe('played', () => {
      let follower: Follower;

      beforeAll(async () => {
        follower = new Follower();
        await Promise.all(['pods', 'containers'].map((name) => mkdir(join(root, name), { recursive: true })));
        const rotate = [...sizes.keys()].find((path) => path.includes('_rotate-') && path.endsWith('/0.log'))!;
        await play(plan, { root, source, shift }, clock, {
          onProgress: () => follower.look(join(root, 'pods', rotate)),
        });
      });

      afterAll(() => follower.close());

      it('shows a follower of the rotating log all 720,000 lines, the deleted ones too', () => {
        expect(follower.sequence).toHaveLength(720_000);
        expect(follower.sequence.every((seq, index) => seq === index)).toBe(true);
      });

      it('leaves the files and directories that the recording left', async () => {
        const last = new Map<string, Observation>();
        observations.forEach((seen) => last.set(seen.path, seen));
        const left = [...last.values()].filter((seen) => seen.event !== 'gone');
        const expected = left.map((seen) => shift.path(seen.path).replace(/\/$/, ''));
        expect((await readdir(join(root, 'pods'), { recursive: true })).sort()).toEqual(expected.sort());
        for (const { path, size } of left.filter((seen) => sizes.has(seen.path))) {
          expect(statSync(join(root, 'pods', shift.path(path))).size).toBe(size);
        }
      });

      it('leaves the compressed files with the bytes that they had before', () => {
        const compressed = [...new Set(observations.map((seen) => seen.path))].filter((path) => path.endsWith('.gz'));
        const there = compressed.filter((path) => existsSync(join(root, 'pods', shift.path(path))));
        expect(there).toHaveLength(left);
        for (const path of there) {
          const bytes = readFileSync(join(source, path.slice(0, -'.gz'.length)));
          shift.apply(bytes, true);
          expect(gunzipSync(readFileSync(join(root, 'pods', shift.path(path)))).equals(bytes)).toBe(true);
        }
      });

      it('leaves a link for each container run whose log is still there', async () => {
        const names = await readdir(join(root, 'containers'));
        const targets = await Promise.all(names.map((name) => readlink(join(root, 'containers', name))));
        expect(targets.every((target) => existsSync(target))).toBe(true);
        const gone = new Set(links.filter((seen) => seen.event === 'gone').map((seen) => seen.link));
        const recorded = links.filter((seen) => seen.event === 'created' && !gone.has(seen.link));
        expect(names.sort()).toEqual(recorded.map((seen) => seen.link).sort());
      });

      it('ends with the run: the last line is of seconds before the replay began, which takes no recorded time here', async () => {
        const web = [...sizes.keys()].find((path) => path.includes('_web-'))!;
        const lines = (await readFile(join(root, 'pods', web), 'utf8')).trimEnd().split('\n');
        const last = Number(parseNs(lines.at(-1)!.split(' ')[0]!)! / 1_000_000n);
        expect(last).toBeLessThanOrEqual(Date.now());
        expect(last).toBeGreaterThan(began - 10_000);
      });
    });
  }
);

/** Follows one rotating log the way a pinning tailer does: by open file, not by name. */
class Follower {
  readonly sequence: number[] = [];
  private file: { fd: number; inode: number; position: number } | undefined;
  private rest = '';

  look(path: string): void {
    const inode = statSync(path, { throwIfNoEntry: false })?.ino;
    if (inode !== this.file?.inode) {
      this.read();
      this.close();
      this.file = inode === undefined ? undefined : { fd: openSync(path, 'r'), inode, position: 0 };
    }
    this.read();
  }

  close(): void {
    if (this.file) {
      closeSync(this.file.fd);
      this.file = undefined;
    }
  }

  private read(): void {
    if (!this.file) {
      return;
    }
    const chunk = Buffer.alloc(fstatSync(this.file.fd).size - this.file.position);
    this.file.position += readSync(this.file.fd, chunk, 0, chunk.length, this.file.position);
    const lines = (this.rest + chunk.toString('latin1')).split('\n');
    this.rest = lines.pop() ?? '';
    this.sequence.push(...lines.map((line) => Number(/ seq=(\d+) /.exec(line)?.[1])));
  }
}
