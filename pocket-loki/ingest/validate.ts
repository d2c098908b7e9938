import { nanoseconds, rfc3339 } from '../common/go-time';
import { type Labels, labelsOf, labelsText } from '../common/labels';
import type { Limits } from '../common/limits';
import { Discard } from './discards';
import type { Metadata } from './metadata';
import type { PushedEntry, PushedStream } from './pushed';
import { serviceNameOf } from './service-name';

/** An entry that passed validation: ready for the disk. */
export interface ValidEntry {
  time: bigint;
  value: Buffer;
  /** Bytes of the line and the metadata as sent: what limits count. */
  size: number;
}

export interface ValidStream {
  labels: Labels;
  entries: ValidEntry[];
}

/** The labels that a pushed stream is stored under, or why none of it can be. The texts are Loki's own. */
export function validateLabels(pushed: PushedStream, limits: Limits): Labels | Discard {
  const given = pushed.labels.filter(([, value]) => value !== '');
  const sent = new Map(given);
  const discover = limits.discoverServiceName && !sent.has('service_name');
  const labels = labelsOf(discover ? [...sent, ['service_name', serviceNameOf(sent)]] : sent);
  if (labels.size === 0) {
    return new Discard('missing_labels', 'error at least one label pair is required per stream');
  }
  const text = labelsText(labels);
  if (sent.size < given.length) {
    const seen = new Set<string>();
    const twice = given.find(([name]) => seen.has(name) || !seen.add(name))?.[0];
    return new Discard('duplicate_label_names', `stream '${text}' has duplicate label name: '${twice}'`);
  }
  const names = labels.size - (labels.has('service_name') ? 1 : 0);
  if (names > limits.maxLabelNamesPerSeries) {
    const message = `entry for stream '${text}' has ${names} label names; limit ${limits.maxLabelNamesPerSeries}`;
    return new Discard('max_label_names_per_series', message);
  }
  for (const [name, value] of labels) {
    if (Buffer.byteLength(name) > limits.maxLabelNameLength) {
      return new Discard('label_name_too_long', `stream '${text}' has label name too long: '${name}'`);
    }
    if (Buffer.byteLength(value) > limits.maxLabelValueLength) {
      return new Discard('label_value_too_long', `stream '${text}' has label value too long: '${value}'`);
    }
  }
  return labels;
}

/** What the entries of one push to one stream are measured against. */
export class EntryValidator {
  private readonly oldest: bigint;
  private readonly newest: bigint;

  /**
   * @param stream the stream's labels in their text form
   * @param now milliseconds since 1970
   */
  constructor(
    private readonly stream: string,
    private readonly limits: Limits,
    now: number
  ) {
    const { rejectOldSamplesMaxAge: age, creationGracePeriod: grace } = limits;
    this.oldest = age === 0 ? 0n : nanoseconds(now - age);
    this.newest = nanoseconds(now + grace);
  }

  /** Why the entry cannot be stored; undefined where it can. */
  check(entry: PushedEntry, metadata: Metadata): Discard | undefined {
    const { stream, limits } = this;
    if (entry.time < this.oldest) {
      const message = `entry for stream '${stream}' has timestamp too old: ${rfc3339(entry.time)}, oldest acceptable timestamp is: ${rfc3339(this.oldest)}`;
      return new Discard('greater_than_max_sample_age', message);
    }
    if (entry.time > this.newest) {
      return new Discard(
        'too_far_in_future',
        `entry for stream '${stream}' has timestamp too new: ${rfc3339(entry.time)}`
      );
    }
    if (entry.line.length > limits.maxLineSize) {
      const message = `max entry size '${limits.maxLineSize}' bytes exceeded for stream '${stream}' while adding an entry with length '${entry.line.length}' bytes`;
      return new Discard('line_too_long', message);
    }
    if (metadata.size > limits.maxStructuredMetadataSize) {
      const message = `stream '${stream}' has structured metadata too large: '${metadata.size}' bytes, limit: '${limits.maxStructuredMetadataSize}' bytes. Please see \`limits_config.max_structured_metadata_size\` or contact your Loki administrator to increase it`;
      return new Discard('structured_metadata_too_large', message);
    }
    if (metadata.count > limits.maxStructuredMetadataEntries) {
      const message = `stream '${stream}' has too many structured metadata labels: '${metadata.count}', limit: '${limits.maxStructuredMetadataEntries}'. Please see \`limits_config.max_structured_metadata_entries_count\` or contact your Loki administrator to increase it`;
      return new Discard('structured_metadata_too_many', message);
    }
    return undefined;
  }
}
