import type { MetadataPairs, PushedEntry, PushedStream } from './pushed';

const none: MetadataPairs = [];
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const nanoseconds = /^-?\d{1,20}$/;

/**
 * The JSON form of a push: `{"streams":[{"stream":{…},"values":[["<ns>","<line>",{…}]]}]}`.
 *
 * @throws Error that names the place in the document.
 */
export function decodeJson(body: Buffer): PushedStream[] {
  const document: unknown = JSON.parse(body.toString());
  const streams = property(document, 'streams');
  return listOf(streams, 'streams').map((stream, s) => decodeStream(stream, `streams[${s}]`));
}

function decodeStream(stream: unknown, at: string): PushedStream {
  const values = listOf(property(stream, 'values'), `${at}.values`);
  return {
    labels: validNames(stringPairs(property(stream, 'stream') ?? {}, `${at}.stream`)),
    entries: values.flatMap((value, v) => (value === null ? [] : [decodeEntry(value, `${at}.values[${v}]`)])),
  };
}

function validNames(labels: Array<[string, string]>): Array<[string, string]> {
  for (const [name] of labels) {
    if (!labelName.test(name)) {
      throw new Error(`couldn't parse labels: parse error: "${name}" is no label name`);
    }
  }
  return labels;
}

function decodeEntry(value: unknown, at: string): PushedEntry {
  const [time, line, metadata] = listOf(value, at);
  if (typeof time !== 'string' || !nanoseconds.test(time)) {
    throw new Error(`${at}[0]: the time must be a string of decimal nanoseconds since 1970`);
  }
  if (typeof line !== 'string') {
    throw new Error(`${at}[1]: the line must be a string`);
  }
  return {
    time: BigInt(time),
    line: Buffer.from(line),
    metadata: metadata === undefined || metadata === null ? none : stringPairs(metadata, `${at}[2]`),
  };
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`an object with the key "${name}" is expected`);
  }
  return new Map(Object.entries(value)).get(name);
}

function listOf(value: unknown, at: string): unknown[] {
  if (value === undefined || value === null) {
    return [];
  }
  if (!Array.isArray(value)) {
    throw new Error(`${at}: a list is expected`);
  }
  return value;
}

function stringPairs(value: unknown, at: string): Array<[string, string]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${at}: an object of strings is expected`);
  }
  return Object.entries(value).map(([name, text]: [string, unknown]) => {
    if (typeof text !== 'string') {
      throw new Error(`${at}.${name}: a string is expected`);
    }
    return [name, text];
  });
}
