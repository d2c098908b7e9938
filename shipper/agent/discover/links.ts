import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { containerRunId } from '../../../model/container-run';
import type { Logger } from '../../common/log';
import { containerIdOfLink, runOfTarget } from '../files/names';
import { Watched } from './watched';

/** A link is made with its container; an id that nobody asked for in so many links is that of a container long gone. */
const KEEP = 20_000;

/** Container ids, from the names of the symlinks under `/var/log/containers`. */
export class ContainerLinks {
  private readonly ids = new Map<string, string>();
  private readonly seen = new Set<string>();
  private readonly watched: Watched;

  /** @param onId is told of each link's container: its run id and its container id */
  constructor(
    private readonly dir: string,
    private readonly logger: Logger,
    private readonly onId: (run: string, containerId: string) => void
  ) {
    this.watched = new Watched(dir, logger, (_change, name) => (name === null ? this.scan() : this.look(name)));
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

  /** Reads all links. */
  scan(): void {
    this.watched.start();
    let names: string[];
    try {
      names = readdirSync(this.dir);
    } catch (error) {
      this.logger.debug('no container links', { dir: this.dir, error: String(error) });
      return;
    }
    for (const name of this.seen) {
      if (!names.includes(name)) {
        this.seen.delete(name);
      }
    }
    names.forEach((name) => this.look(name));
  }

  private look(name: string): void {
    const containerId = containerIdOfLink(name);
    if (containerId === undefined || this.seen.has(name)) {
      return;
    }
    let target: string;
    try {
      target = readlinkSync(join(this.dir, name));
    } catch {
      return; // gone again, or no link: then it names nothing
    }
    const run = runOfTarget(target);
    if (run) {
      const id = containerRunId(run);
      this.seen.add(name);
      this.ids.delete(id);
      this.ids.set(id, containerId);
      if (this.ids.size > KEEP) {
        this.ids.delete(this.ids.keys().next().value ?? '');
      }
      this.onId(id, containerId);
    }
  }
}
