import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerRun } from '../../../model/container-run';
import { errorText } from '../../../model/error-text';
import type { SavedContainer } from '../container/saved';
import { isInside } from '../files/log-file';
import { parsePodDirectory } from '../files/names';
import { ActiveContainers, POLL_MS, unwatch, type ContainerEntry } from './active-containers';
import { ContainerDirectory } from './container-directory';
import { isMissing, statOf } from './directory-listing';
import { DirectoryTime } from './directory-time';
import { ScanQueue, SLICE_MS } from './scan-queue';
import { UnseenDirectories, type UnseenDeps } from './unseen';
import { Watched } from './watched';

/** A log directory that cannot be read is tried again so soon. */
const RETRY_MS = 1_000;

interface PodEntry {
  watched: Watched;
  time: DirectoryTime;
  containers: Map<string, ContainerEntry>;
}

/** The times of files are those of the kernel's coarse clock: as much as a tick behind (10 ms with 100 ticks a second). */
const TICK_MS = 10;

/**
 * Finds containers below the kubelet's log directory. Each directory is watched by inotify, so that a new file is opened
 * the moment it appears, and a rescan finds what inotify missed.
 *
 * 1. `scanPods`: goes through the pods; `scanPod` through one's containers; `addContainer` begins to watch one.
 * 2. `ActiveContainers`: those that write are polled until they are silent.
 * 3. `UnseenDirectories`: what came and went between two looks.
 * 4. `pollUnwatched`: what the system gives no watch for.
 */
export class PodLogs {
  private readonly pods = new Map<string, PodEntry>();
  private readonly scans = new ScanQueue();
  private readonly active: ActiveContainers;
  private readonly unseen: UnseenDirectories;
  private readonly root: Watched;
  private rescanner: NodeJS.Timeout | null = null;
  private retry: NodeJS.Timeout | null = null;
  private readonly rootTime: DirectoryTime;
  /** Looks at what cannot be watched; null where everything is. */
  private watchless: NodeJS.Timeout | null = null;
  private stopped = false;
  private readonly startedMs = Date.now() - TICK_MS;
  /** Why the log directory cannot be read; null where it can. */
  problem: string | null = null;

  constructor(
    private readonly dir: string,
    private readonly rescanMs: number,
    private readonly deps: UnseenDeps,
    /** Containers of an earlier agent, by `<pod directory>/<container>` and restart. */
    private readonly saved: Map<string, Map<number, SavedContainer>>
  ) {
    this.active = new ActiveContainers(deps.logger, this.scans);
    this.unseen = new UnseenDirectories(dir, deps);
    this.root = this.watching(dir, (_change, name) => {
      if (name === null) {
        this.rescan();
      } else {
        this.scanPod(name);
        this.unseen.notePod(name, (container) => this.pods.get(name)?.containers.has(container) === true);
      }
    });
    this.rootTime = new DirectoryTime(dir);
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
    this.active.stop();
    this.unseen.stop();
    this.scans.stop();
    clearInterval(this.rescanner ?? undefined);
    clearInterval(this.watchless ?? undefined);
    clearTimeout(this.retry ?? undefined);
    this.root.stop();
    for (const pod of this.pods.values()) {
      pod.watched.stop();
      pod.containers.forEach((entry) => unwatch(entry));
    }
  }

  /** Looks at everything, at once. */
  rescan(): void {
    Array.from(this.scanPods());
  }

  private async rescanInSlices(): Promise<void> {
    let begin = performance.now();
    for (const _pod of this.scanPods()) {
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
  private *scanPods(): Generator<void> {
    this.root.start();
    let names: string[];
    try {
      this.rootTime.note();
      names = readdirSync(this.dir);
      this.problem = null;
    } catch (error) {
      const problem = errorText(error);
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
        this.scanPod(name);
      } else {
        entry.containers.forEach((one) => {
          if (one.activeSince === null) {
            one.watched.start();
          }
          one.directory.check();
        });
      }
      yield;
    }
  }

  /** A container run had a log, and nobody saw it: it came and went unseen. */
  noteUnseen({ namespace, pod, podUid, container, restart }: ContainerRun): void {
    const name = `${namespace}_${pod}_${podUid}`;
    const entry = this.podEntry(name);
    if (!entry.containers.has(container)) {
      this.addContainer(name, entry, container);
    }
    entry.containers.get(container)?.directory.noteUnseen(`${restart}.log`);
  }

  private podEntry(name: string): PodEntry {
    let entry = this.pods.get(name);
    if (!entry) {
      const watched = this.watching(join(this.dir, name), (_change, container) => {
        this.scanPod(name);
        // Of the deletion of the directory itself the watcher gives its own name.
        if (container !== null && container !== name && !this.pods.get(name)?.containers.has(container)) {
          this.unseen.noteContainer(name, container);
        }
      });
      entry = { watched, time: new DirectoryTime(join(this.dir, name)), containers: new Map() };
      this.pods.set(name, entry);
    }
    return entry;
  }

  private scanPod(name: string): void {
    const path = join(this.dir, name);
    if (!parsePodDirectory(name) || (!this.pods.has(name) && !this.isInside(path))) {
      return;
    }
    const entry = this.podEntry(name);
    // First watch, then look: what is made in between is seen by one of the two.
    const there = entry.watched.start();
    let names: string[] = [];
    try {
      entry.time.note();
      names = readdirSync(path);
      this.unseen.remember(name);
      this.deps.refusals.clear(path);
    } catch (error) {
      entry.watched.stop(); // gone, or no directory: its containers are looked at below
      if (isMissing(error)) {
        this.deps.refusals.forget(path);
      } else {
        this.deps.refusals.note(path, error);
      }
    }
    this.deps.refusals.retain(path, new Set(names.map((container) => join(path, container))));
    for (const container of names) {
      if (!entry.containers.has(container) && this.isInside(join(path, container))) {
        this.addContainer(name, entry, container);
      }
    }
    for (const { directory } of entry.containers.values()) {
      this.scans.add(directory);
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
    const saved = this.saved.get(key) ?? new Map<number, SavedContainer>();
    const directory = new ContainerDirectory(path, parsed, name, this.deps, saved, () => this.active.add(entry));
    const watched = this.watching(path, (change, file) => {
      if (change === 'change') {
        this.active.noteChange(entry);
      } else if (file !== null && directory.hasOpen(file)) {
        this.scans.add(directory);
      } else {
        directory.scan();
        this.active.watchTargets(entry);
        if (file !== null) {
          directory.noteUnseen(file);
        }
      }
    });
    const entry: ContainerEntry = { directory, watched, targets: new Map(), activeSince: null, changes: 0 };
    pod.containers.set(name, entry);
    watched.start();
    directory.scan();
    directory.noteEmptied(this.startedMs);
    this.active.watchTargets(entry);
    if (directory.containers.size > 0 || statOf(path) !== null) {
      this.unseen.remember(key);
    }
  }

  /** Whether it is a directory that lies in the log directory; a link that leads out of it is refused. */
  private isInside(path: string): boolean {
    const stat = statOf(path);
    if (stat?.isSymbolicLink() !== true) {
      return stat?.isDirectory() === true;
    }
    try {
      const target = realpathSync(path);
      if (isInside(target, [this.dir])) {
        return statOf(target)?.isDirectory() === true;
      }
      this.deps.refusals.note(path, new Error(`${path} leads to ${target}, outside ${this.dir}: not followed`));
    } catch (error) {
      this.deps.refusals.note(path, error);
    }
    return false;
  }

  /** A watch; where the system gives none the directory is polled. */
  private watching(path: string, onChange: ConstructorParameters<typeof Watched>[2]): Watched {
    return new Watched(path, this.deps.logger, onChange, () => {
      if (!this.stopped) {
        this.watchless ??= setInterval(() => this.pollUnwatched(), POLL_MS);
      }
    });
  }

  /** Directories that the system gives no watch for are looked at as often as those of containers that write. */
  private pollUnwatched(): void {
    let unwatched = this.root.refused;
    if (this.root.refused && this.rootTime.changed) {
      void this.rescanInSlices();
    }
    for (const [name, pod] of this.pods) {
      unwatched ||= pod.watched.refused;
      if (pod.watched.refused && pod.time.changed) {
        this.scanPod(name);
      }
      for (const entry of pod.containers.values()) {
        unwatched ||= entry.watched.refused;
        if (entry.watched.refused && entry.activeSince === null && !entry.directory.left && entry.directory.poll()) {
          this.active.add(entry);
        }
      }
    }
    if (!unwatched) {
      clearInterval(this.watchless ?? undefined);
      this.watchless = null;
    }
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
        entry.directory.forget(restart);
      }
    });
    if (entry.directory.containers.size === 0 && statOf(entry.directory.path) === null) {
      unwatch(entry);
      this.active.forget(entry);
      pod.containers.delete(name);
      if (pod.containers.size === 0) {
        pod.watched.stop();
        this.pods.delete(podName);
      }
    }
  }
}
