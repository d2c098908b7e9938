import { lstatSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { containerRunId, type ContainerRun } from '../../../model/container-run';
import type { Logger } from '../../common/log';
import type { LinkState } from '../container/departure';
import { parseContainerLink, runOfTarget } from '../files/names';
import { Watched } from './watched';

/** A link is made with its container; an id that nobody asked for in so many links is that of a container long gone. */
const KEEP = 20_000;
/** The kubelet makes a link when the log is there, and removes it just after the log: one that leads nowhere for longer is odd. */
const NOWHERE_MS = 3_000;

export interface LinkEvents {
  /** There is a link of the container run: it names the container's id. */
  named: (run: string, containerId: string) => void;
  /** The kubelet removed the link of the container run: it has removed the container. */
  removed: (run: string) => void;
}

/** The symlinks under `/var/log/containers`: container ids in their names, and which containers the kubelet still has. */
export class ContainerLinks {
  private readonly ids = new Map<string, string>();
  /** The run that each link that is there is of, by the link's name. */
  private readonly runs = new Map<string, string>();
  /** The names of the links of a run that are there. */
  private readonly linked = new Map<string, { run: ContainerRun; names: Set<string> }>();
  /** Containers of links that were gone before they could be read, by `<namespace>/<pod>`. */
  private readonly unread = new Map<string, Set<string>>();
  private readonly watched: Watched;
  /** The directory could be read. */
  private readable = false;

  constructor(
    private readonly dir: string,
    private readonly logger: Logger,
    private readonly events: LinkEvents
  ) {
    this.watched = new Watched(dir, logger, (_change, name) => (name === null ? this.scan() : this.scanName(name)));
  }

  start(): void {
    this.scan();
  }

  stop(): void {
    this.watched.stop();
  }

  idOf(run: string): string | undefined {
    return this.ids.get(run);
  }

  /** When the link of the run was made, milliseconds since 1970; null where there is none. */
  madeMs(run: string): number | null {
    let newest: number | null = null; // of a container that returned the link of before may be there still
    for (const name of this.linked.get(run)?.names ?? []) {
      const madeMs = lstatSync(join(this.dir, name), { throwIfNoEntry: false })?.mtimeMs;
      newest = madeMs === undefined ? newest : Math.max(newest ?? madeMs, madeMs);
    }
    return newest;
  }

  /** @param known the container's id is known, so that there was a link */
  stateOf(run: string, known: boolean): LinkState {
    return this.linked.has(run) ? 'there' : known && this.readable ? 'removed' : 'unknown';
  }

  /**
   * Container runs whose links lead nowhere: their logs went, and not with their containers.
   * @param isKnown whether such a log was seen
   */
  *leadingNowhere(isKnown: (run: string) => boolean): Generator<ContainerRun> {
    for (const [id, { run, names }] of this.linked) {
      if (isKnown(id)) {
        continue;
      }
      const madeMs = this.madeMs(id);
      const isThere = [...names].some(
        (name) => statSync(join(this.dir, name), { throwIfNoEntry: false }) !== undefined
      );
      if (!isThere && madeMs !== null && Date.now() - madeMs > NOWHERE_MS) {
        yield run;
      }
    }
  }

  /** Names of the pod's containers whose links came and went unread. */
  unreadContainers(namespace: string, pod: string): readonly string[] {
    return [...(this.unread.get(`${namespace}/${pod}`) ?? [])];
  }

  /** Reads all links. */
  scan(): void {
    this.watched.start();
    let names: string[];
    try {
      names = readdirSync(this.dir);
      this.readable = true;
    } catch (error) {
      this.readable = false;
      this.logger.debug('no container links', { dir: this.dir, error: String(error) });
      return;
    }
    const there = new Set(names);
    for (const name of [...this.runs.keys()]) {
      if (!there.has(name)) {
        this.drop(name);
      }
    }
    names.forEach((name) => this.scanName(name));
  }

  private scanName(name: string): void {
    const link = parseContainerLink(name);
    if (link === undefined) {
      return;
    }
    let target: string;
    try {
      target = readlinkSync(join(this.dir, name));
    } catch {
      if (!this.drop(name)) {
        this.noteUnread(link);
      }
      return; // gone again, or no link: then it names nothing
    }
    const run = runOfTarget(target);
    if (run && !this.runs.has(name)) {
      const id = containerRunId(run);
      this.runs.set(name, id);
      const { names } = this.linked.get(id) ?? { names: new Set<string>() };
      this.linked.set(id, { run, names: names.add(name) });
      this.ids.delete(id);
      this.ids.set(id, link.containerId);
      limit(this.ids);
      this.events.named(id, link.containerId);
    }
  }

  /** @returns whether the link was there before */
  private drop(name: string): boolean {
    const run = this.runs.get(name);
    if (run === undefined) {
      return false;
    }
    this.runs.delete(name);
    const names = this.linked.get(run)?.names;
    names?.delete(name);
    if (names === undefined || names.size === 0) {
      this.linked.delete(run);
      this.events.removed(run);
    }
    return true;
  }

  private noteUnread({ namespace, pod, container }: NonNullable<ReturnType<typeof parseContainerLink>>): void {
    const key = `${namespace}/${pod}`;
    this.unread.set(key, (this.unread.get(key) ?? new Set()).add(container));
    limit(this.unread);
  }
}

function limit(map: Map<string, unknown>): void {
  if (map.size > KEEP) {
    map.delete(map.keys().next().value ?? '');
  }
}
