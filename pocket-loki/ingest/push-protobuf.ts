import { errorText } from '../common/error-text';
import { parseLabelPairs } from '../common/labels';
import type { MetadataPairs, PushedEntry, PushedStream } from './pushed';
import { WireReader } from './wire-reader';

/**
 * Decodes `logproto.PushRequest` as far as clients fill it
 * (https://github.com/grafana/loki/blob/v3.7.6/pkg/push/push.proto). Lines stay bytes, so a line is stored as it came.
 *
 * @throws Error where it is no such message, or a label set cannot be parsed
 */
export function decodeProtobuf(body: Buffer): PushedStream[] {
  return new PushDecoder(body).decode();
}

class PushDecoder {
  private readonly reader: WireReader;
  private readonly streams: PushedStream[] = [];
  private readonly metadata: MetadataMemo;
  private second = { seconds: 0, ns: 0n };

  constructor(private readonly body: Buffer) {
    this.reader = new WireReader(body);
    this.metadata = new MetadataMemo(body);
  }

  decode(): PushedStream[] {
    while (this.reader.more) {
      if (this.reader.field() === 1) {
        this.stream();
      } else {
        this.reader.skip();
      }
    }
    return this.streams;
  }

  private stream(): void {
    const stream: PushedStream = { labels: [], entries: [] };
    this.streams.push(stream);
    this.reader.message((field) => {
      switch (field) {
        case 1:
          stream.labels = labelPairs(this.reader.text());
          break;
        case 2:
          stream.entries.push(this.entry());
          break;
        default:
          this.reader.skip();
      }
    });
  }

  private entry(): PushedEntry {
    const { reader } = this;
    const outer = reader.end;
    reader.end = reader.lengthEnd();
    let time = 0n;
    let line: Buffer = empty;
    let metadata = none;
    while (reader.more) {
      switch (reader.field()) {
        case 1:
          time = this.timestamp();
          break;
        case 2:
          line = this.lineBytes();
          break;
        case 3:
          metadata = joined(metadata, this.metadataRun());
          break;
        default:
          reader.skip();
      }
    }
    reader.end = outer;
    return { time, line, metadata };
  }

  /** The pairs of an entry stand together in what encoders write; they are read in one go. */
  private metadataRun(): MetadataPairs {
    const from = this.reader.at - 1;
    do {
      this.reader.skip();
    } while (this.reader.more && this.body[this.reader.at] === metadataTag && this.reader.field() === 3);
    return this.metadata.pairs(from, this.reader.at);
  }

  private lineBytes(): Buffer {
    const end = this.reader.lengthEnd();
    const line = this.body.subarray(this.reader.at, end);
    this.reader.at = end;
    return line;
  }

  private timestamp(): bigint {
    let seconds = 0;
    let nanos = 0;
    this.reader.message((field) => {
      if (field === 1) {
        seconds = this.reader.varint();
      } else if (field === 2) {
        nanos = this.reader.varint();
      } else {
        this.reader.skip();
      }
    });
    if (seconds !== this.second.seconds) {
      this.second = { seconds, ns: BigInt(seconds) * 1_000_000_000n };
    }
    return this.second.ns + BigInt(nanos);
  }
}

const empty = Buffer.alloc(0);
const none: MetadataPairs = [];
/** Field 3 with a length. */
const metadataTag = 0x1a;

function joined(some: MetadataPairs, more: MetadataPairs): MetadataPairs {
  return some.length === 0 ? more : [...some, ...more];
}

/** Gives equal metadata of neighbours the same object: a container's lines mostly have the same. */
class MetadataMemo {
  private from = 0;
  private end = 0;
  private last: MetadataPairs = none;

  constructor(private readonly body: Buffer) {}

  pairs(from: number, end: number): MetadataPairs {
    if (this.body.compare(this.body, this.from, this.end, from, end) !== 0) {
      this.last = this.read(from, end);
    }
    this.from = from;
    this.end = end;
    return this.last;
  }

  private read(from: number, end: number): MetadataPairs {
    const reader = new WireReader(this.body, from, end);
    const pairs: Array<[string, string]> = [];
    while (reader.more) {
      reader.field();
      const pair: [string, string] = ['', ''];
      pairs.push(pair);
      reader.message((field) => {
        if (field === 1 || field === 2) {
          pair[field - 1] = reader.text();
        } else {
          reader.skip();
        }
      });
    }
    return pairs;
  }
}

function labelPairs(text: string): Array<[string, string]> {
  try {
    return parseLabelPairs(text);
  } catch (error) {
    throw new Error(`couldn't parse labels: ${errorText(error)}`);
  }
}
