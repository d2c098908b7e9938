// A Loki that only counts: answers every push with 204 and tells under /counts what came, without storing anything.
import { createServer } from 'node:http';
import { uncompressSync } from 'snappy';

let entries = 0;
let requests = 0;
let bytes = 0;

/** Counts the entries of a PushRequest: field 2 of field 1, skipping what is in them. */
function countEntries(body) {
  let at = 0;
  let count = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = body[at++];
      value += (byte & 127) * shift;
      if (byte < 128) {
        return value;
      }
    }
  };
  while (at < body.length) {
    const key = varint();
    const end = varint() + at;
    if (key !== 0x0a) {
      at = end;
      continue;
    }
    while (at < end) {
      const field = varint();
      const length = varint();
      count += field === 0x12 ? 1 : 0;
      at += length;
    }
  }
  return count;
}

const server = createServer((request, response) => {
  if (request.url === '/counts') {
    response.end(JSON.stringify({ entries, requests, bytes }));
    return;
  }
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts);
    bytes += body.length;
    requests++;
    entries += countEntries(uncompressSync(body));
    response.writeHead(204).end();
  });
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
process.on('disconnect', () => process.exit(0));
