// Packs a tar for a recording: brotli, because Node unpacks it with what it brings along. Reads standard input:
//   xz -dc pods.tar.xz | node scripts/pack-recording.mjs > tests/recording/disk-pressure/pods.tar.br
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress } from 'node:zlib';

const packed = createBrotliCompress({
  params: {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
  },
});
await pipeline(process.stdin, packed, process.stdout);
