import { encodeMetadata, type Arena, type EncodedMetadata } from '../../loki/push/encoder';
import { CONTINUES, REPLACED, UNPARSED, type MetadataSource, type OwnMetadata } from './entry-writer';
import { STREAM_NAMES, type StreamIndex } from './cri';

/** Structured metadata takes at most this much of the arena; Kubernetes' names are far shorter. */
const SLOT_BYTES = 8 * 1024;
const VARIANTS = 16;
/** The slot of what a single entry has. */
const OWN = VARIANTS;

/** What all entries of a container share, by name. */
export type MetadataPairs = ReadonlyArray<readonly [string, string]>;

/** The wire forms of one container's metadata, made when first needed: one for each stream and combination of marks. */
export class MetadataForms {
  private readonly forms: Array<{ bytes: Buffer; payload: number } | undefined> = [];

  constructor(private readonly pairs: MetadataPairs) {}

  form(stream: StreamIndex, marks: number): { bytes: Buffer; payload: number } {
    const index = marks * 2 + stream;
    return (this.forms[index] ??= encodeMetadata(this.pairsOf(stream, marks)));
  }

  /** The form of a single entry. */
  ownForm(stream: StreamIndex, marks: number, own: OwnMetadata): { bytes: Buffer; payload: number } {
    return encodeMetadata([...this.pairsOf(stream, marks), ['order', String(own.order)], ['line_time', own.lineTime]]);
  }

  private pairsOf(stream: StreamIndex, marks: number): MetadataPairs {
    return [
      ...this.pairs,
      ['stream', STREAM_NAMES[stream]],
      ['continues', marks & CONTINUES ? 'true' : ''],
      ['replaced', marks & REPLACED ? 'utf8' : ''],
      ['format', marks & UNPARSED ? 'unparsed' : ''],
    ];
  }
}

/** Lays the metadata of the container at hand into the arena, from where the encoder copies it. */
export class EntryMetadata implements MetadataSource {
  private readonly start: number;
  private readonly loaded: Array<EncodedMetadata | undefined> = [];
  private forms: MetadataForms | null = null;

  constructor(private readonly arena: Arena) {
    this.start = arena.reserve(SLOT_BYTES * (VARIANTS + 1)).start;
  }

  /** The entries that follow are this container's. */
  use(forms: MetadataForms): void {
    if (this.forms !== forms) {
      this.forms = forms;
      this.loaded.length = 0;
    }
  }

  of(stream: StreamIndex, marks: number): EncodedMetadata {
    const index = marks * 2 + stream;
    return (this.loaded[index] ??= this.load(index, this.atHand.form(stream, marks)));
  }

  /** Holds until the next call. */
  own(stream: StreamIndex, marks: number, own: OwnMetadata): EncodedMetadata {
    return this.load(OWN, this.atHand.ownForm(stream, marks, own));
  }

  private get atHand(): MetadataForms {
    if (this.forms === null) {
      throw new Error('no container at hand');
    }
    return this.forms;
  }

  private load(index: number, { bytes, payload }: { bytes: Buffer; payload: number }): EncodedMetadata {
    if (bytes.length > SLOT_BYTES) {
      throw new RangeError(`structured metadata of ${bytes.length} bytes`);
    }
    const start = this.start + index * SLOT_BYTES;
    this.arena.memory.set(bytes, start);
    return { start, length: bytes.length, payload };
  }
}
