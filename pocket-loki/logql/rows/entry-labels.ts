import { type Labels, labelsOf, noLabels } from '../../common/labels';

export const errorLabel = '__error__';
export const errorDetailsLabel = '__error_details__';

/** The labels of one entry by where they come from. One name is in one of the three only. */
export interface CategorizedLabels {
  stream: Labels;
  metadata: Labels;
  parsed: Labels;
}

/** The labels of an entry before any stage: shared by all entries of a stream with the same metadata. */
export class BaseLabels {
  readonly categorized: CategorizedLabels;

  constructor(
    readonly stream: Labels,
    metadata: Labels
  ) {
    // A name that the stream has too is told apart by a suffix.
    const renamed = [...metadata].map(([name, value]): [string, string] => [freeName(stream, name), value]);
    this.categorized = { stream, metadata: labelsOf(renamed), parsed: noLabels };
  }
}

function freeName(taken: ReadonlyMap<string, string>, name: string): string {
  return taken.has(name) ? `${name}_extracted` : name;
}

/** The labels of one entry on its way through a pipeline. */
export class EntryLabels {
  private stream: Labels;
  private metadata: Labels;
  private parsed: Map<string, string> | undefined;
  private error = '';
  private errorDetails = '';
  private changed = false;

  constructor(private readonly base: BaseLabels) {
    this.stream = base.categorized.stream;
    this.metadata = base.categorized.metadata;
  }

  get(name: string): string | undefined {
    if (name === errorLabel) {
      return this.error;
    }
    if (name === errorDetailsLabel) {
      return this.errorDetails;
    }
    return this.parsed?.get(name) ?? this.metadata.get(name) ?? this.stream.get(name);
  }

  /** Sets a label, whatever had its name before. */
  set(name: string, value: string): void {
    this.remove(name);
    this.parsed ??= new Map();
    this.parsed.set(name, value);
    this.changed = true;
  }

  /**
   * Adds a label that a parser found. The labels the entry came with keep their names; what an earlier parser found
   * keeps its value.
   */
  extract(name: string, value: string): void {
    const key = this.isOwn(name) ? `${name}_extracted` : name;
    this.parsed ??= new Map();
    if (!this.parsed.has(key)) {
      this.parsed.set(key, value);
      this.changed = true;
    }
  }

  remove(name: string): void {
    if (name === errorLabel) {
      this.error = '';
    } else if (name === errorDetailsLabel) {
      this.errorDetails = '';
    } else {
      this.stream = without(this.stream, name);
      this.metadata = without(this.metadata, name);
      this.parsed?.delete(name);
    }
    this.changed = true;
  }

  /** Removes what is not kept; errors stay. */
  keep(keep: (name: string, value: string) => boolean): void {
    const kept = (labels: Labels) => new Map([...labels].filter(([name, value]) => keep(name, value)));
    this.stream = kept(this.stream);
    this.metadata = kept(this.metadata);
    this.parsed = this.parsed && kept(this.parsed);
    this.changed = true;
  }

  /** Whether the entry came with the label: of its stream or its metadata. */
  isOwn(name: string): boolean {
    return this.base.stream.has(name) || this.metadata.has(name);
  }

  /** Adds a label that was asked for by name: also over what an earlier parser found. */
  override(name: string, value: string): void {
    this.parsed ??= new Map();
    this.parsed.set(this.isOwn(name) ? `${name}_extracted` : name, value);
    this.changed = true;
  }

  /** A stage failed on this entry. */
  fail(error: string, details = this.errorDetails): void {
    this.error = error;
    this.errorDetails = details;
    this.changed = true;
  }

  get hasError(): boolean {
    return this.error !== '';
  }

  result(): CategorizedLabels {
    if (!this.changed) {
      return this.base.categorized;
    }
    const parsed = new Map(this.parsed);
    if (this.error !== '') {
      parsed.set(errorLabel, this.error);
    }
    if (this.errorDetails !== '') {
      parsed.set(errorDetailsLabel, this.errorDetails);
    }
    return { stream: this.stream, metadata: this.metadata, parsed: labelsOf(parsed) };
  }

  /** All labels in one, for templates. */
  all(): Map<string, string> {
    const { stream, metadata, parsed } = this.result();
    return new Map([...stream, ...metadata, ...parsed]);
  }
}

function without(labels: Labels, name: string): Labels {
  if (!labels.has(name)) {
    return labels;
  }
  const rest = new Map(labels);
  rest.delete(name);
  return rest;
}

/** The three in one: what a client sees that does not ask for categories. */
export function mergeLabels({ stream, metadata, parsed }: CategorizedLabels): Labels {
  return metadata.size + parsed.size === 0 ? stream : labelsOf([...stream, ...metadata, ...parsed]);
}
