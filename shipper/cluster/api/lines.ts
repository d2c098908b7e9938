const NEWLINE = 0x0a;

/** An object of the API is at most about 1.5 MiB (etcd's limit), as JSON a few times that. */
const LONGEST = 32 * 1024 * 1024;
/** A part counts as so many bytes at least: that is what it takes of the memory besides its bytes. */
const MIN_PART = 64;

/**
 * The lines of a stream of bytes. What stands behind the last newline when the stream ends is no line: a watch that
 * broke off in the middle of an object.
 *
 * @throws RangeError for a line that no API server sends
 */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const last = chunk.subarray(start, end);
      yield parts.length === 0 ? last.toString() : Buffer.concat([...parts, last]).toString();
      parts = [];
      length = 0;
      start = end + 1;
    }
    if (start < chunk.length) {
      parts.push(chunk.subarray(start));
      length += Math.max(chunk.length - start, MIN_PART);
      if (length > LONGEST) {
        throw new RangeError(`a line of more than ${LONGEST} bytes`);
      }
    }
  }
}
