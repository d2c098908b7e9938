import { promisify } from 'node:util';
import { gunzip, inflateRaw } from 'node:zlib';
import { uncompressSync } from 'snappy';
import { errorText } from '../common/error-text';
import type { Limits } from '../common/limits';
import { badRequest, RequestError } from '../common/request-error';
import { decodeJson } from './push-json';
import { decodeProtobuf } from './push-protobuf';
import type { PushedStream } from './pushed';

const unpack: Record<string, (body: Buffer, limit: number) => Promise<Buffer>> = {
  '': (body) => Promise.resolve(body),
  // A body of snappy is protobuf, which is snappy anyway; JSON with this header is plain JSON.
  snappy: (body) => Promise.resolve(body),
  gzip: (body, maxOutputLength) => promisify(gunzip)(body, { maxOutputLength }),
  deflate: (body, maxOutputLength) => promisify(inflateRaw)(body, { maxOutputLength }),
};

/**
 * What a push brings: JSON, or protobuf in a snappy block. Loki takes every other content type for protobuf as well; here
 * it is refused, for a web page may send those without asking the browser's permission.
 *
 * @throws RequestError 400 where the body cannot be read, 415 for another content type: then nothing of it may be stored.
 */
export async function readPush(
  contentType: string | undefined,
  contentEncoding: string | undefined,
  body: Buffer,
  limits: Limits
): Promise<PushedStream[]> {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === '') {
    throw badRequest('mime: no media type');
  }
  if (type !== 'application/json' && type !== 'application/x-protobuf') {
    throw new RequestError(
      415,
      `content type "${type}" is not supported: use application/json or application/x-protobuf`
    );
  }
  const unpacker = unpack[contentEncoding ?? ''];
  if (!unpacker) {
    throw badRequest(`Content-Encoding "${contentEncoding}" not supported`);
  }
  try {
    const plain = await unpacker(body, limits.maxDecompressedSize);
    return type === 'application/json' ? decodeJson(plain) : decodeProtobuf(unsnap(plain, limits));
  } catch (error) {
    throw badRequest(errorText(error));
  }
}

/**
 * On this thread: a push takes a millisecond or two, and what the pool's threads hand over stays in memory for long.
 */
function unsnap(body: Buffer, limits: Limits): Buffer {
  if (uncompressedSize(body) > limits.maxDecompressedSize) {
    throw badRequest('decompressed message size too large than max');
  }
  const plain = uncompressSync(body, { asBuffer: true });
  return Buffer.isBuffer(plain) ? plain : Buffer.from(plain);
}

/** A snappy block starts with its uncompressed size as a varint. */
function uncompressedSize(block: Buffer): number {
  let size = 0;
  for (let i = 0; i < 5; i++) {
    const byte = block[i] ?? 0;
    size += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) {
      break;
    }
  }
  return size;
}
