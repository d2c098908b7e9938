import type { ApiObject, Change, Resource } from './changes';

/** What an API server would know at a moment: the changes that were made until then, each with its version. */
export class History {
  private due = 0;

  /**
   * @param changes in the order of their versions
   * @param now the moment, on the same clock as the changes' `at`: milliseconds since 1970
   */
  constructor(
    private readonly changes: readonly Change[],
    private readonly now: () => number
  ) {}

  /** The version of the newest change. */
  get version(): number {
    this.proceed();
    return this.changes[this.due - 1]?.version ?? this.oldest;
  }

  /** Before this version nothing is known, as after etcd's compaction. */
  get oldest(): number {
    return (this.changes[0]?.version ?? 1) - 1;
  }

  /** The objects of a kind as they were at a version, by namespace and name. */
  asOf(resource: Resource, version: number): ApiObject[] {
    const objects = new Map<string, ApiObject>();
    for (const change of this.after(resource, this.oldest)) {
      if (change.version > version) {
        break;
      }
      if (change.type === 'DELETED') {
        objects.delete(change.object.metadata.uid);
      } else {
        objects.set(change.object.metadata.uid, change.object);
      }
    }
    return [...objects.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  /** The changes of a kind after a version. */
  after(resource: Resource, version: number): Change[] {
    this.proceed();
    let first = this.due;
    while (first > 0 && (this.changes[first - 1]?.version ?? 0) > version) {
      first--;
    }
    return this.changes.slice(first, this.due).filter((change) => change.resource === resource);
  }

  private proceed(): void {
    const now = this.now();
    while ((this.changes[this.due]?.at ?? Infinity) <= now) {
      this.due++;
    }
  }
}

const keyOf = ({ metadata }: ApiObject) => `${metadata.namespace ?? ''}/${metadata.name}`;
