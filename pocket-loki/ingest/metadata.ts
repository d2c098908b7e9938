import { type Labels, labelsOf } from '../common/labels';
import { RequestError } from '../common/request-error';
import { encodeMetadata } from '../storage/entry';
import { levelOfLabels, normalizeLevel } from './level';
import type { MetadataPairs } from './pushed';

const detectedLevel = 'detected_level';

/** The structured metadata of an entry as they are stored, and what the limits count of them. */
export class Metadata {
  readonly count: number;
  /** Bytes of names and values as sent. */
  readonly size: number;
  /** The level that the metadata themselves name. */
  readonly level: string | undefined;
  private readonly labels: Labels;
  private readonly encoded = new Map<string, Buffer>();

  /** @throws RequestError 500 where a name cannot be made valid: that fails the whole push, as in Loki */
  constructor(pairs: MetadataPairs) {
    this.count = pairs.length;
    this.size = pairs.reduce((size, [name, value]) => size + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
    this.labels = validPairs(pairs);
    this.level = levelOfLabels(this.labels);
  }

  get hasDetectedLevel(): boolean {
    return this.labels.has(detectedLevel);
  }

  /** As `encodeValue` wants them, with `detected_level`; a level that was sent is only brought to its usual name. */
  encode(level: string | undefined): Buffer {
    const sent = this.labels.get(detectedLevel);
    const shown = sent === undefined ? level : normalizeLevel(sent);
    const known = this.encoded.get(shown ?? '');
    if (known) {
      return known;
    }
    const labels = shown === undefined ? this.labels : labelsOf([...this.labels, [detectedLevel, shown]]);
    const bytes = encodeMetadata(new Map(labels));
    this.encoded.set(shown ?? '', bytes);
    return bytes;
  }
}

function validPairs(pairs: MetadataPairs): Labels {
  const valid = pairs.map(([name, value]) => ({
    name,
    validName: validName(name),
    value: value.replaceAll('\ufffd', ' '),
  }));
  // Where a name that had to be changed meets one that had not, Loki keeps the changed one's value.
  const changedLast = [...valid.filter((p) => p.name === p.validName), ...valid.filter((p) => p.name !== p.validName)];
  return labelsOf(new Map(changedLast.map((p) => [p.validName, p.value])));
}

const reserved = /^__[^]*__$/;

/** A metadata name the way Loki 3.4 and newer write it: Prometheus' characters only, no runs of underscores. */
function validName(name: string): string {
  if (name === '') {
    throw new RequestError(500, 'label name is empty');
  }
  const legal = name.replace(/[^a-zA-Z0-9_]/gu, '_');
  const single = reserved.test(legal) && /[^_]/.test(legal) ? legal : legal.replace(/_+/g, '_');
  if (single === '_') {
    throw new RequestError(500, `normalization for label name "${name}" resulted in invalid name "_"`);
  }
  return /^\d/.test(single) ? `key_${single}` : single;
}
