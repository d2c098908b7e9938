import { join } from 'node:path';
import { parsePodDirectory } from '../files/names';
import { ContainerDirectory, type DirectoryDeps } from './container-directory';
import { statOf } from './directory-listing';

/** Names that came and went are kept apart from those that were there once; so many of the latter are remembered. */
const KNOWN_NAMES = 50_000;
/** The links of a pod that came and went are named by news that may come after that of its directory. */
const LINKS_WAIT_MS = 250;

export interface UnseenDeps extends DirectoryDeps {
  /** Containers of the pod that are known by links that came and went: their names. */
  linkedContainers: (namespace: string, pod: string) => readonly string[];
}

/** Directories that inotify reports, and that were gone before anybody looked: what was in them is missing. */
export class UnseenDirectories {
  /** Pod directories, and `<pod directory>/<container>`, that were looked into once. */
  private readonly known = new Set<string>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly dir: string,
    private readonly deps: UnseenDeps
  ) {}

  /** It was looked into. */
  remember(name: string): void {
    this.known.delete(name);
    this.known.add(name);
    if (this.known.size > KNOWN_NAMES) {
      this.known.delete(this.known.keys().next().value ?? '');
    }
  }

  /** News of a pod's directory. @param isOpen tells of a container whether its directory is looked at */
  notePod(name: string, isOpen: (container: string) => boolean): void {
    const parsed = parsePodDirectory(name);
    if (!parsed || this.known.has(name) || statOf(join(this.dir, name)) !== null) {
      return;
    }
    this.remember(name);
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const linked = this.deps.linkedContainers(parsed.namespace, parsed.pod);
      // Which containers a pod had that nobody saw only the API server knows.
      for (const container of linked.length > 0 ? linked : ['']) {
        if (!isOpen(container)) {
          this.noteContainer(name, container);
        }
      }
    }, LINKS_WAIT_MS);
    this.timers.add(timer);
  }

  /** News of a container's directory that is not looked at. */
  noteContainer(podName: string, name: string): void {
    const key = `${podName}/${name}`;
    const path = join(this.dir, podName, name);
    const pod = parsePodDirectory(podName);
    if (!pod || this.known.has(key)) {
      return;
    }
    if (name === '' || statOf(path) === null) {
      this.remember(key);
      const directory = new ContainerDirectory(path, pod, name, this.deps, new Map(), () => undefined);
      directory.noteUnseen('0.log');
    }
  }

  stop(): void {
    this.timers.forEach((timer) => clearTimeout(timer));
  }
}
