// Reads the bodies of Loki pushes: protobuf under snappy, or JSON, plain or gzip.
import { gunzipSync } from 'node:zlib';
import { uncompressSync } from 'snappy';

/**
 * Counts the entries of a push.
 * @param {Buffer} body as it came
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @param {((line: string) => void) | undefined} visit is given each line; leave it out where only the count matters
 * @returns {number}
 */
export function readPush(body, headers, visit) {
  const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  return headers['content-type']?.startsWith('application/json')
    ? readJson(plain, visit)
    : readProtobuf(uncompressSync(plain), visit);
}

function readJson(body, visit) {
  let count = 0;
  for (const { values } of JSON.parse(body).streams) {
    count += values.length;
    values.forEach(([, line]) => visit?.(line));
  }
  return count;
}

/** PushRequest: streams are field 1, their entries field 2, an entry's line field 2. */
function readProtobuf(body, visit) {
  let at = 0;
  let count = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = body[at++];
      value += (byte & 127) * factor;
      if (byte < 128) {
        return value;
      }
    }
  };
  /** Calls `take(key, end)` for each field up to `end`; all that is of interest here is length-delimited. */
  const fields = (end, take) => {
    while (at < end) {
      const key = varint();
      if ((key & 7) === 0) {
        varint();
        continue;
      }
      const fieldEnd = varint() + at;
      take(key, fieldEnd);
      at = fieldEnd;
    }
  };
  fields(body.length, (stream, streamEnd) => {
    if (stream !== 0x0a) {
      return;
    }
    fields(streamEnd, (entry, entryEnd) => {
      if (entry !== 0x12) {
        return;
      }
      count++;
      if (visit) {
        fields(entryEnd, (field, fieldEnd) => field === 0x12 && visit(body.toString('utf8', at, fieldEnd)));
      }
    });
  });
  return count;
}
