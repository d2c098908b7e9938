/** The version of what `-o json` prints: fields may be added to it; one that changes its meaning makes a new version. */
const API_VERSION = 'afterlog.io/v1alpha1';

export type ListKind =
  'CapacityReviewList' | 'CaseList' | 'ContainerRecordList' | 'FindingList' | 'LogLineList' | 'StoreVerificationList';

/** What follows the items of a list. */
export interface ListEnd {
  /** All that was asked for is in the list; false where the command was interrupted or could not read a part. */
  complete: boolean;
  /** What a reader has to know besides, as sentences: the same as on stderr. */
  warnings: readonly string[];
  [more: string]: unknown;
}

/**
 * What every command prints with `-o json`: apiVersion and kind, as objects of Kubernetes have them, the items, and whether
 * they are all. It is made piece by piece, so that the items need not be in memory together (docs/reference/json.md).
 */
export class JsonList {
  private state: 'new' | 'empty' | 'filled' = 'new';

  constructor(private readonly kind: ListKind) {}

  /** The text of these items. */
  add(items: readonly unknown[]): string {
    return items.map((item) => this.head() + this.separator() + indented(item, 4)).join('');
  }

  /** The text after the last item. */
  end({ complete, warnings, ...more }: ListEnd): string {
    const head = this.head();
    const close = this.state === 'filled' ? '\n  ]' : ']';
    const rest = Object.entries({ ...more, complete, warnings });
    const fields = rest.map(([name, value]) => `,\n  ${JSON.stringify(name)}: ${indented(value, 2).trimStart()}`);
    return `${head}${close}${fields.join('')}\n}\n`;
  }

  private head(): string {
    if (this.state !== 'new') {
      return '';
    }
    this.state = 'empty';
    return `{\n  "apiVersion": "${API_VERSION}",\n  "kind": "${this.kind}",\n  "items": [`;
  }

  private separator(): string {
    const text = this.state === 'filled' ? ',\n' : '\n';
    this.state = 'filled';
    return text;
  }
}

/** A whole list. */
export function jsonList(
  kind: ListKind,
  items: readonly unknown[],
  end: ListEnd = { complete: true, warnings: [] }
): string {
  const list = new JsonList(kind);
  return list.add(items) + list.end(end);
}

const indented = (value: unknown, width: number): string =>
  JSON.stringify(value, null, 2).replace(/^/gm, ' '.repeat(width));
