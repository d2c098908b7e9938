import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SavedContainer } from '../checkpoint/checkpoint';
import { ContainerDirectory, type DirectoryDeps } from './container-directory';
import { DirectoryTime } from './directory-time';
import { parsePodDirectory } from '../files/names';
import { Watched } from './watched';

/** How often a container that writes is looked at: so old its lines may be when they are seen. */
export const POLL_MS = 250;
/** A log directory that cannot be read is tried again so soon. */
const RETRY_MS = 1_000;
/** A container that has been silent for so long is watched by inotify again. */
const QUIET_MS = 5_000;
/** Looks at many directories take longer than some containers live: so often they let inotify's news through. */
const SLICE_MS = 5;
/** More writes than this between two looks cost more than looking: inotify is left off until the container is silent. */
const MANY_CHANGES = 8;

interface Watchers {
  watched: Watched;
}

interface PodEntry extends Watchers {
  time: DirectoryTime;
  containers: Map<string, ContainerEntry>;
}

interface ContainerEntry extends Watchers {
  directory: ContainerDirectory;
  /** When it last wrote, milliseconds of the monotonic clock; null while it is silent. */
  hotSince: number | null;
  /** Writes that inotify told of since the last look. */
  changes: number;
}

/**
 * Finds containers below the kubelet's log directory. Each directory is watched by inotify, so that a new file is opened
 * the moment it appears, and a rescan finds what inotify missed. A container that writes would wake the process with
 * every line: while it does, its directory is polled instead, and watched again when it is silent.
 */
export class PodLogs {
  private readonly pods = new Map<string, PodEntry>();
  private readonly hot = new Set<ContainerEntry>();
  /** Directories to look at in the next turn: what changed there shows no new file, which has to be opened at once. */
  private readonly due = new Set<ContainerDirectory>();
  private turn: NodeJS.Immediate | null = null;
  private readonly root: Watched;
  private poller: NodeJS.Timeout | null = null;
  private rescanner: NodeJS.Timeout | null = null;
  private retry: NodeJS.Timeout | null = null;
  private stopped = false;
  /** Why the log directory cannot be read; null where it can. */
  problem: string | null = null;

  constructor(
    private readonly dir: string,
    private readonly rescanMs: number,
    private readonly deps: DirectoryDeps,
    /** Containers of an earlier agent, by `<pod directory>/<container>` and restart. */
    private readonly saved: Map<string, Map<number, SavedContainer>>
  ) {
    this.root = new Watched(dir, deps.logger, (_change, name) =>
      name === null ? this.rescan() : this.lookAtPod(name)
    );
  }

  start(): void {
    this.rescan();
    for (const key of this.saved.keys()) {
      // Gone while no agent was there: looked at once, for its container record.
      const [pod = '', container = ''] = key.split('/');
      if (!this.pods.get(pod)?.containers.has(container)) {
        this.addContainer(pod, this.podEntry(pod), container);
      }
    }
    this.rescanner = setInterval(() => void this.rescanInSlices(), this.rescanMs);
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.poller ?? undefined);
    clearInterval(this.rescanner ?? undefined);
    clearTimeout(this.retry ?? undefined);
    clearImmediate(this.turn ?? undefined);
    this.root.stop();
    for (const pod of this.pods.values()) {
      pod.watched.stop();
      pod.containers.forEach((entry) => entry.watched.stop());
    }
  }

  /** Looks at everything, at once. */
  rescan(): void {
    Array.from(this.looks());
  }

  private async rescanInSlices(): Promise<void> {
    let begin = performance.now();
    for (const _pod of this.looks()) {
      if (performance.now() - begin > SLICE_MS) {
        await new Promise((resume) => setImmediate(resume));
        begin = performance.now();
        if (this.stopped) {
          return;
        }
      }
    }
  }

  /** Looks at a pod a step. */
  private *looks(): Generator<void> {
    this.root.start();
    let names: string[];
    try {
      names = readdirSync(this.dir);
      this.problem = null;
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== this.problem) {
        this.problem = problem;
        this.deps.logger.error('the log directory cannot be read; trying again', { dir: this.dir, error: problem });
      }
      clearTimeout(this.retry ?? undefined);
      this.retry = setTimeout(() => this.rescan(), RETRY_MS);
      return;
    }
    for (const name of new Set([...names, ...this.pods.keys()])) {
      const entry = this.pods.get(name);
      if (entry === undefined || entry.time.changed || !entry.watched.start()) {
        this.lookAtPod(name);
      } else {
        entry.containers.forEach(({ directory }) => directory.check());
      }
      yield;
    }
  }

  private podEntry(name: string): PodEntry {
    let entry = this.pods.get(name);
    if (!entry) {
      const watched = new Watched(join(this.dir, name), this.deps.logger, () => this.lookAtPod(name));
      entry = { watched, time: new DirectoryTime(join(this.dir, name)), containers: new Map() };
      this.pods.set(name, entry);
    }
    return entry;
  }

  private lookAtPod(name: string): void {
    if (!parsePodDirectory(name)) {
      return;
    }
    const entry = this.podEntry(name);
    // First watch, then look: what is made in between is seen by one of the two.
    const there = entry.watched.start();
    let names: string[] = [];
    try {
      entry.time.note();
      names = readdirSync(join(this.dir, name));
    } catch {
      entry.watched.stop(); // gone, or no directory: its containers are looked at below
    }
    for (const container of names) {
      if (!entry.containers.has(container) && isDirectory(join(this.dir, name, container))) {
        this.addContainer(name, entry, container);
      }
    }
    for (const { directory } of entry.containers.values()) {
      this.scanSoon(directory);
    }
    if (!there && names.length === 0 && entry.containers.size === 0) {
      this.pods.delete(name);
    }
  }

  private addContainer(podName: string, pod: PodEntry, name: string): void {
    const parsed = parsePodDirectory(podName);
    if (!parsed) {
      return;
    }
    const key = `${podName}/${name}`;
    const path = join(this.dir, podName, name);
    const directory = new ContainerDirectory(path, parsed, name, this.deps, this.saved.get(key) ?? new Map());
    const watched = new Watched(path, this.deps.logger, (change, name) => {
      if (change === 'change') {
        this.activity(entry);
      } else if (name !== null && directory.hasOpen(name)) {
        this.scanSoon(directory);
      } else {
        directory.scan();
      }
    });
    const entry: ContainerEntry = { directory, watched, hotSince: null, changes: 0 };
    pod.containers.set(name, entry);
    watched.start();
    directory.scan();
  }

  /** All runs of the container are done with. */
  forget(path: string): void {
    const [podName = '', name = ''] = path.split('/').slice(-2);
    const pod = this.pods.get(podName);
    const entry = pod?.containers.get(name);
    if (!pod || !entry) {
      return;
    }
    entry.directory.containers.forEach((container, restart) => {
      if (container.state.left !== null && container.files.length === 0) {
        entry.directory.containers.delete(restart);
      }
    });
    if (entry.directory.containers.size === 0 && !isDirectory(entry.directory.path)) {
      entry.watched.stop();
      this.hot.delete(entry);
      pod.containers.delete(name);
      if (pod.containers.size === 0) {
        pod.watched.stop();
        this.pods.delete(podName);
      }
    }
  }

  /** Several events of one directory cost one look, and none of them holds up the news of another. */
  private scanSoon(directory: ContainerDirectory): void {
    this.due.add(directory);
    this.turn ??= setImmediate(() => {
      this.turn = null;
      const begin = performance.now();
      for (const one of this.due) {
        this.due.delete(one);
        one.scan();
        if (performance.now() - begin > SLICE_MS) {
          break;
        }
      }
      this.due.forEach((one) => this.scanSoon(one));
    });
  }

  private activity(entry: ContainerEntry): void {
    if (++entry.changes > MANY_CHANGES) {
      entry.watched.stop();
    }
    if (entry.hotSince === null) {
      entry.hotSince = performance.now();
      this.hot.add(entry);
      this.scanSoon(entry.directory);
      this.poller ??= setInterval(() => this.poll(), POLL_MS);
    }
  }

  private poll(): void {
    const now = performance.now();
    for (const entry of this.hot) {
      entry.changes = 0;
      const { left } = entry.directory;
      if (!left && entry.directory.poll()) {
        entry.hotSince = now;
      } else if (left || now - (entry.hotSince ?? 0) > QUIET_MS) {
        this.hot.delete(entry);
        entry.hotSince = null;
        entry.watched.start();
        entry.directory.scan();
      }
    }
    if (this.hot.size === 0) {
      clearInterval(this.poller ?? undefined);
      this.poller = null;
    }
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // gone again
  }
}
