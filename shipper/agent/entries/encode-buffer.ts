import { Arena, PushEncoder } from '../../loki/push/encoder';
import { Decoder } from './decoder';
import { EntryMetadata, type MetadataForms } from './entry-metadata';
import type { LineTreatment } from './line-treatment';

/** A block that is read at once. */
export const BLOCK_BYTES = 256 * 1024;
/** The longest line that is still read whole; a longer one goes out in parts of this size. */
export const MAX_BLOCK_BYTES = 4 * 1024 * 1024;

/**
 * The one memory in which all log data of the process is worked on: blocks are read into it, decoded, and encoded into a
 * request, which leaves it compressed. So memory does not grow with files, streams or backlog.
 */
export class EncodeBuffer {
  readonly memory: Buffer;
  readonly blockStart: number;
  readonly encoder: PushEncoder;
  /** Of the container at hand. */
  decoder: Decoder;
  readonly metadata: EntryMetadata;
  private readonly plain: Decoder;

  /** @param payload lines and metadata of the largest request */
  constructor(payload: number) {
    // Beside the payload a request has some bytes an entry, which many short lines make many.
    const request = payload * 2 + 512 * 1024;
    const arena = new Arena(MAX_BLOCK_BYTES + 1 + request + 256 * 1024);
    this.memory = arena.memory;
    this.blockStart = arena.reserve(MAX_BLOCK_BYTES + 1).start;
    const { start, end } = arena.reserve(request);
    this.encoder = new PushEncoder(arena, start, end);
    this.decoder = this.plain = new Decoder(this.encoder);
    this.metadata = new EntryMetadata(arena);
  }

  /** The lines that follow are a container's. @param treatment null: they are sent as they are */
  use(forms: MetadataForms, treatment: LineTreatment | null): void {
    this.metadata.use(forms);
    this.decoder = treatment === null ? this.plain : treatment.decoderOn(this.encoder);
  }
}
