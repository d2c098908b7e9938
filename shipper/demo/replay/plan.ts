import { basename } from 'node:path';
import { runOf } from './log-path';
import type { Observation } from './recording';

/** One log file of the recording, whatever it is called at the moment. */
export interface LogFile {
  /** Where its bytes are: the last name it had on the node. */
  source: string;
}

/** A change of the file system; paths are relative to the replayed `/var/log`. */
export type Action =
  | { kind: 'mkdir' | 'rmdir' | 'create' | 'unlink'; path: string }
  | { kind: 'append'; path: string; file: LogFile; from: number; to: number }
  /** Writes all of a log file gzipped. */
  | { kind: 'compress'; path: string; file: LogFile }
  | { kind: 'rename'; from: string; to: string }
  | { kind: 'symlink'; path: string; target: string };

export interface Step {
  /** When it was seen: milliseconds since 1970, as recorded. */
  at: number;
  action: Action;
}

export interface Plan {
  steps: Step[];
  /** Log paths of container runs whose id is not in the recording, so that they get no link. */
  withoutId: string[];
}

export interface PlanInput {
  observations: readonly Observation[];
  /** By log path (`containerIds`). */
  ids: ReadonlyMap<string, string>;
  /** Bytes of every log file, by path. */
  sizes: ReadonlyMap<string, number>;
  /** Moves the time in the name of a rotated log. */
  shiftPath: (path: string) => string;
}

const currentLog = /\/\d+\.log$/;

/**
 * Turns what was seen of the log directories into the changes that make it happen again.
 *
 * The recorder looked every 0.5 s and told files apart by inode, so two things have to be put right. Changes seen at
 * one moment have no order: they get the order in which kubelet makes them when it rotates (drop the oldest, compress,
 * rename, reopen). And an inode that was free again may serve a new file within one look, which then reads as a rename:
 * kubelet only ever renames a log to its own name with a time appended; whatever else says `renamed` is a new file.
 * @throws Error where the changes do not add up to the recorded bytes
 */
export function planReplay(input: PlanInput): Plan {
  const planner = new Planner(input);
  for (const moment of moments(input.observations)) {
    planner.add(moment);
  }
  return planner.finish();
}

/** Observations by the look that made them; kubelet's `.tmp` of a compression is left to the compress action. */
function moments(observations: readonly Observation[]): Observation[][] {
  const groups = new Map<number, Observation[]>();
  for (const seen of observations) {
    if (seen.path.endsWith('.tmp')) {
      continue;
    }
    const group = groups.get(seen.t);
    if (group) {
      group.push(seen);
    } else {
      groups.set(seen.t, [seen]);
    }
  }
  return [...groups.values()];
}

function isRotation(seen: Observation): seen is Observation & { from: string } {
  return seen.event === 'renamed' && seen.from !== undefined && seen.path.startsWith(`${seen.from}.`);
}

class Planner {
  private readonly steps: Step[] = [];
  private readonly live = new Map<string, LogFile>();
  private readonly written = new Map<LogFile, number>();
  private readonly links = new Map<string, string>();
  private readonly withoutId: string[] = [];
  private at = 0;

  constructor(private readonly input: PlanInput) {}

  add(moment: readonly Observation[]): void {
    this.at = moment[0]?.t ?? this.at;
    const rotations = moment.filter(isRotation);
    const appeared = moment.filter((s) => s.event === 'created' || (s.event === 'renamed' && !isRotation(s)));
    const gone = moment.filter((s) => s.event === 'gone');
    const goneFiles = gone.filter((s) => !s.path.endsWith('/')).map((s) => s.path);
    const compressed = appeared.map((s) => s.path).filter((path) => path.endsWith('.gz'));
    const replaced = goneFiles.filter((path) => compressed.includes(`${path}.gz`));

    for (const seen of moment.filter((s) => s.event === 'grown')) {
      this.grow(seen.path, seen.size);
    }
    rotations.forEach((seen) => this.grow(seen.from, seen.size));
    goneFiles.filter((path) => !replaced.includes(path)).forEach((path) => this.unlink(path));
    compressed.forEach((path) => this.compress(path));
    replaced.forEach((path) => this.unlink(path));
    rotations.forEach((seen) => this.rename(seen.from, seen.path));
    // Recorded with parents before children.
    for (const seen of gone.filter((s) => s.path.endsWith('/')).reverse()) {
      this.step({ kind: 'rmdir', path: this.node(seen.path) });
    }
    for (const seen of appeared.filter((s) => !s.path.endsWith('.gz'))) {
      this.create(seen.path, seen.size);
    }
  }

  finish(): Plan {
    const bytes = new Map([...this.written].map(([file, size]) => [file.source, size]));
    for (const [path, size] of this.input.sizes) {
      if (bytes.get(path) !== size) {
        throw new Error(`recording: ${path} has ${size} bytes, the observations account for ${bytes.get(path) ?? 0}`);
      }
    }
    const unknown = [...bytes.keys()].find((path) => !this.input.sizes.has(path));
    if (unknown !== undefined) {
      throw new Error(`recording: the bytes of ${unknown} are not in it`);
    }
    return { steps: this.steps, withoutId: this.withoutId };
  }

  private create(path: string, size: number): void {
    if (path.endsWith('/')) {
      this.step({ kind: 'mkdir', path: this.node(path) });
      return;
    }
    const file = { source: path };
    this.live.set(path, file);
    this.written.set(file, 0);
    this.step({ kind: 'create', path: this.node(path) });
    this.grow(path, size);
    this.link(path);
  }

  private grow(path: string, size: number): void {
    const file = this.file(path);
    const from = this.written.get(file) ?? 0;
    if (size > from) {
      this.step({ kind: 'append', path: this.node(path), file, from, to: size });
      this.written.set(file, size);
    }
  }

  private rename(from: string, to: string): void {
    const file = this.file(from);
    file.source = to;
    this.live.delete(from);
    this.live.set(to, file);
    this.step({ kind: 'rename', from: this.node(from), to: this.node(to) });
  }

  private compress(path: string): void {
    this.step({ kind: 'compress', path: this.node(path), file: this.file(path.slice(0, -'.gz'.length)) });
  }

  private unlink(path: string): void {
    this.live.delete(path);
    this.step({ kind: 'unlink', path: this.node(path) });
    const link = this.links.get(path);
    if (link !== undefined) {
      this.links.delete(path);
      this.step({ kind: 'unlink', path: link });
    }
  }

  /** kubelet links a container's log right after it started the container, and not again after a rotation. */
  private link(path: string): void {
    if (!currentLog.test(path) || this.links.has(path)) {
      return;
    }
    const id = this.input.ids.get(path);
    if (id === undefined) {
      this.withoutId.push(path);
      return;
    }
    const { namespace, pod, container } = runOf(path);
    const link = `containers/${pod}_${namespace}_${container}-${id}.log`;
    this.links.set(path, link);
    this.step({ kind: 'symlink', path: link, target: this.node(path) });
  }

  private file(path: string): LogFile {
    const file = this.live.get(path);
    if (!file) {
      throw new Error(`recording: ${basename(path)} changes before it is there (${path})`);
    }
    return file;
  }

  /** The path in the replayed `/var/log`. */
  private node(path: string): string {
    return `pods/${this.input.shiftPath(path)}`;
  }

  private step(action: Action): void {
    this.steps.push({ at: this.at, action });
  }
}
