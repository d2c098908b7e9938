import { Arena, PushEncoder } from '../../loki/push/encoder';
import { Decoder } from './decoder';
import { EntryMetadata } from './entry-metadata';

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
  readonly decoder: Decoder;
  readonly metadata: EntryMetadata;

  /** @param payload lines and metadata of the largest request */
  constructor(payload: number) {
    // Beside the payload a request has some bytes an entry, which many short lines make many.
    const request = payload * 2 + 512 * 1024;
    const arena = new Arena(MAX_BLOCK_BYTES + 1 + request + 256 * 1024);
    this.memory = arena.memory;
    this.blockStart = arena.reserve(MAX_BLOCK_BYTES + 1).start;
    const { start, end } = arena.reserve(request);
    this.encoder = new PushEncoder(arena, start, end);
    this.decoder = new Decoder(this.encoder);
    this.metadata = new EntryMetadata(arena);
  }
}
