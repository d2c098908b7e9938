import type { ContainerDirectory } from './container-directory';

/** Looks at many directories take longer than some containers live: so often they let inotify's news through. */
export const SLICE_MS = 5;

/**
 * Directories to look at in the next turn: what changed there shows no new file, which has to be opened at once. Several
 * events of one directory cost one look, and none of them holds up the news of another.
 */
export class ScanQueue {
  private readonly due = new Set<ContainerDirectory>();
  private turn: NodeJS.Immediate | null = null;

  add(directory: ContainerDirectory): void {
    this.due.add(directory);
    this.turn ??= setImmediate(() => this.run());
  }

  stop(): void {
    clearImmediate(this.turn ?? undefined);
  }

  private run(): void {
    this.turn = null;
    const begin = performance.now();
    for (const directory of this.due) {
      this.due.delete(directory);
      directory.scan();
      if (performance.now() - begin > SLICE_MS) {
        break;
      }
    }
    if (this.due.size > 0) {
      this.turn ??= setImmediate(() => this.run());
    }
  }
}
