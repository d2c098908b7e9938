import { lstatSync, readdirSync, realpathSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '../../../model/error-text';
import type { SavedContainer } from '../container/saved';
import { isInside } from '../files/log-file';
import { parsePodDirectory } from '../files/names';
import { ContainerDirectory, type DirectoryDeps } from './container-directory';
import { isMissing } from './directory-listing';
import { DirectoryTime } from './directory-time';
import { Watched } from './watched';

/** How often a container that writes, and what no watch could be had for, is looked at: so old its lines may be when they are seen. */
export const POLL_MS = 250;
/** A log directory that cannot be read is tried again so soon. */
const RETRY_MS = 1_000;
/** A container that has been silent for so long is watched by inotify again. */
const QUIET_MS = 5_000;
/** Looks at many directories take longer than some containers live: so often they let inotify's news through. */
const SLICE_MS = 5;
/** More writes than this between two looks cost more than looking: inotify is left off until the container is silent. */
const MANY_CHANGES = 8;
/** Names that came and went are told from those that were there once; so many of the latter are remembered. */
const KNOWN_NAMES = 50_000;
/** The links of a pod that came and went are named by news that may come after that of its directory. */
const LINKS_WAIT_MS = 250;

export interface PodLogsDeps extends DirectoryDeps {
  /** Containers of the pod that are known by links that came and went: their names. */
  linkedContainers: (namespace: string, pod: string) => readonly string[];
}

interface Watchers {
  watched: Watched;
}

interface PodEntry extends Watchers {
  time: DirectoryTime;
  containers: Map<string, ContainerEntry>;
}

interface ContainerEntry extends Watchers {
  directory: ContainerDirectory;
  /** Where its links lead. */
  targets: Map<string, Watched>;
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
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly rootTime: DirectoryTime;
  /** Looks at what cannot be watched; null where everything is. */
  private watchless: NodeJS.Timeout | null = null;
  /** Pod directories, and `<pod directory>/<container>`, that were looked into once. */
  private readonly known = new Set<string>();
  private stopped = false;
  /** Why the log directory cannot be read; null where it can. */
  problem: string | null = null;

  constructor(
    private readonly dir: string,
    private readonly rescanMs: number,
    private readonly deps: PodLogsDeps,
    /** Containers of an earlier agent, by `<pod directory>/<container>` and restart. */
    private readonly saved: Map<string, Map<number, SavedContainer>>
  ) {
    this.root = this.watching(dir, (_change, name) => {
      if (name === null) {
        this.rescan();
      } else {
        this.lookAtPod(name);
        this.noteUnseenPod(name);
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
    clearInterval(this.poller ?? undefined);
    clearInterval(this.rescanner ?? undefined);
    clearInterval(this.watchless ?? undefined);
    this.timers.forEach((timer) => clearTimeout(timer));
    clearTimeout(this.retry ?? undefined);
    clearImmediate(this.turn ?? undefined);
    this.root.stop();
    for (const pod of this.pods.values()) {
      pod.watched.stop();
      pod.containers.forEach((entry) => unwatch(entry));
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
        this.lookAtPod(name);
      } else {
        entry.containers.forEach((one) => {
          if (one.hotSince === null) {
            one.watched.start();
          }
          one.directory.check();
        });
      }
      yield;
    }
  }

  private podEntry(name: string): PodEntry {
    let entry = this.pods.get(name);
    if (!entry) {
      const watched = this.watching(join(this.dir, name), (_change, container) => {
        this.lookAtPod(name);
        // Of the deletion of the directory itself the watcher gives its own name.
        if (container !== null && container !== name) {
          this.noteUnseenContainer(name, container);
        }
      });
      entry = { watched, time: new DirectoryTime(join(this.dir, name)), containers: new Map() };
      this.pods.set(name, entry);
    }
    return entry;
  }

  private lookAtPod(name: string): void {
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
      this.remember(name);
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
    const saved = this.saved.get(key) ?? new Map<number, SavedContainer>();
    const directory = new ContainerDirectory(path, parsed, name, this.deps, saved, () => this.heat(entry));
    const watched = this.watching(path, (change, file) => {
      if (change === 'change') {
        this.activity(entry);
      } else if (file !== null && directory.hasOpen(file)) {
        this.scanSoon(directory);
      } else {
        directory.scan();
        this.watchTargets(entry);
        if (file !== null) {
          directory.noteUnseen(file);
        }
      }
    });
    const entry: ContainerEntry = { directory, watched, targets: new Map(), hotSince: null, changes: 0 };
    pod.containers.set(name, entry);
    watched.start();
    directory.scan();
    this.watchTargets(entry);
    if (directory.containers.size > 0 || lookAt(path) !== null) {
      this.remember(key);
    }
  }

  /** What is written where links lead is written to the container's log: it is watched, and not watched, as its directory is. */
  private watchTargets(entry: ContainerEntry): void {
    const wanted = new Set(entry.directory.targets);
    for (const [path, watched] of entry.targets) {
      if (!wanted.has(path)) {
        watched.stop();
        entry.targets.delete(path);
      }
    }
    for (const path of wanted) {
      if (!entry.targets.has(path)) {
        const watched = new Watched(path, this.deps.logger, (change, name) => {
          if (change === 'rename') {
            this.scanSoon(entry.directory);
          } else if (name === null || entry.directory.isTarget(name)) {
            this.activity(entry);
          }
        });
        entry.targets.set(path, watched);
        if (entry.hotSince === null) {
          watched.start();
        }
      }
    }
  }

  /** News of a pod's directory that is not there and never was looked into: what was in it came and went unseen. */
  private noteUnseenPod(name: string): void {
    const parsed = parsePodDirectory(name);
    if (!parsed || this.known.has(name) || lookAt(join(this.dir, name)) !== null) {
      return;
    }
    this.remember(name);
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const linked = this.deps.linkedContainers(parsed.namespace, parsed.pod);
      // Which containers a pod had that nobody saw only the API server knows.
      for (const container of linked.length > 0 ? linked : ['']) {
        this.noteUnseenContainer(name, container);
      }
    }, LINKS_WAIT_MS);
    this.timers.add(timer);
  }

  private noteUnseenContainer(podName: string, name: string): void {
    const key = `${podName}/${name}`;
    const path = join(this.dir, podName, name);
    const pod = parsePodDirectory(podName);
    if (!pod || this.known.has(key) || this.pods.get(podName)?.containers.has(name)) {
      return;
    }
    if (name === '' || lookAt(path) === null) {
      this.remember(key);
      const directory = new ContainerDirectory(path, pod, name, this.deps, new Map(), () => undefined);
      directory.noteUnseen('0.log');
    }
  }

  private remember(name: string): void {
    this.known.delete(name);
    this.known.add(name);
    if (this.known.size > KNOWN_NAMES) {
      this.known.delete(this.known.keys().next().value ?? '');
    }
  }

  /** Whether it is a directory that lies in the log directory; a link that leads out of it is refused. */
  private isInside(path: string): boolean {
    const stat = lookAt(path);
    if (stat?.isSymbolicLink() !== true) {
      return stat?.isDirectory() === true;
    }
    try {
      const target = realpathSync(path);
      if (isInside(target, [this.dir])) {
        return lookAt(target)?.isDirectory() === true;
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
        this.lookAtPod(name);
      }
      for (const entry of pod.containers.values()) {
        unwatched ||= entry.watched.refused;
        if (entry.watched.refused && entry.hotSince === null && !entry.directory.left && entry.directory.poll()) {
          this.heat(entry);
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
    if (entry.directory.containers.size === 0 && lookAt(entry.directory.path) === null) {
      unwatch(entry);
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
      unwatch(entry);
    }
    if (entry.hotSince === null) {
      this.heat(entry);
      this.scanSoon(entry.directory);
    }
  }

  /** From now on, and until it is silent, the container is polled. */
  private heat(entry: ContainerEntry): void {
    if (entry.hotSince === null && !this.stopped) {
      entry.hotSince = performance.now();
      this.hot.add(entry);
      this.poller ??= setInterval(() => this.poll(), POLL_MS);
    }
  }

  private poll(): void {
    const now = performance.now();
    for (const entry of this.hot) {
      entry.changes = 0;
      const { left, lingers } = entry.directory;
      if ((!left || lingers) && entry.directory.poll()) {
        entry.hotSince = now;
      } else if (!lingers && (left || now - (entry.hotSince ?? 0) > QUIET_MS)) {
        this.hot.delete(entry);
        entry.hotSince = null;
        entry.watched.start();
        entry.targets.forEach((watched) => watched.start());
        entry.directory.scan();
        this.watchTargets(entry);
      }
    }
    if (this.hot.size === 0) {
      clearInterval(this.poller ?? undefined);
      this.poller = null;
    }
  }
}

function unwatch({ watched, targets }: ContainerEntry): void {
  watched.stop();
  targets.forEach((target) => target.stop());
}

/** What lies there, links not followed; null where there is nothing. */
function lookAt(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}
