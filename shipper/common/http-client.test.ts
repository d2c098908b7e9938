import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { HttpClient } from './http-client';

// Servers that never come to an end: what they answer must not hold the caller for longer, nor take more, than it allows.
const HEAD = 'HTTP/1.1 200 OK\r\n';
let server: Server;
let client: HttpClient;
const sockets = new Set<Socket>();

async function serve(answer: (socket: Socket) => void): Promise<void> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  client = new HttpClient(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, {});
}

afterEach(() => {
  client.close();
  sockets.forEach((socket) => socket.destroy());
  server.close();
});

/** Writes `text` every few milliseconds, as long as the other side listens. */
function dribble(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), 20);
  socket.on('close', () => clearInterval(timer));
}

const request = { method: 'POST', path: '/', headers: {}, body: 'x', timeoutMs: 200, totalMs: 300 };

test.each<[string, (socket: Socket) => void, RegExp]>([
  ['is silent', () => undefined, /no answer within 200 ms/],
  [
    'never ends its headers',
    (socket) => (socket.write(HEAD), dribble(socket, 'a: b\r\n')),
    /no whole answer within 300 ms|overflow/i,
  ],
  [
    'dribbles its body',
    (socket) => (socket.write(`${HEAD}content-length: 9999\r\n\r\n`), dribble(socket, 'x')),
    /no whole answer within 300 ms/,
  ],
  ['closes amid its body', (socket) => socket.end(`${HEAD}content-length: 99\r\n\r\nx`), /aborted|hang up|ECONNRESET/],
])('a server that %s', async (_what, answer, error) => {
  await serve(answer);
  await expect(client.exchange(request)).rejects.toThrow(error);
});

test('a server that talks without end is an error, or not listened to beyond the head that was asked for', async () => {
  await serve((socket) => {
    socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
    const talk = () => {
      let more = true;
      while (more && !socket.destroyed) {
        more = socket.write(`1000\r\n${'x'.repeat(4096)}\r\n`);
      }
    };
    socket.on('drain', talk);
    talk();
  });
  const patient = { ...request, timeoutMs: 10_000, totalMs: 20_000 };
  await expect(client.exchange({ ...patient, maxBytes: 1 << 20 })).rejects.toThrow('longer than 1 MiB');
  const { body, cut } = await client.exchange({ ...patient, headBytes: 10_000 });
  expect({ length: body.length, cut }).toEqual({ length: 10_000, cut: true });
});

test('an answer in chunks of one byte, each of which costs more than a byte, is refused before it has cost much', async () => {
  await serve((socket) => {
    socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
    const talk = () => {
      let more = true;
      while (more && !socket.destroyed) {
        more = socket.write('1\r\nx\r\n'.repeat(1000));
      }
    };
    socket.on('drain', talk);
    talk();
  });
  const before = process.memoryUsage().heapUsed;
  const patient = { ...request, timeoutMs: 60_000, totalMs: 60_000 };
  await expect(client.exchange({ ...patient, maxBytes: 16 << 20 })).rejects.toThrow('longer than 16 MiB');
  // All chunks of 16 MiB would take 2 GiB.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(200 << 20);
});

test('an answer that says how long it is, is not read where that is too long', async () => {
  await serve((socket) => socket.write(`${HEAD}content-length: ${1 << 30}\r\n\r\nx`));
  const patient = { ...request, timeoutMs: 60_000, totalMs: 60_000 };
  await expect(client.exchange({ ...patient, maxBytes: 1 << 20 })).rejects.toThrow('longer than 1 MiB');
});

test.each([1, 3, 4096, 1 << 20])('a text in chunks of %d bytes is put together again', async (size) => {
  const bytes = Buffer.from('日本語 🗾 log line\n'.repeat(size === 1 ? 2000 : 20_000));
  await serve((socket) => {
    socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
    for (let start = 0; start < bytes.length; start += size) {
      const part = bytes.subarray(start, start + size);
      socket.write(Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]));
    }
    socket.write('0\r\n\r\n');
  });
  const { body } = await client.exchange({ ...request, timeoutMs: 60_000, totalMs: 60_000 });
  expect(body).toBe(bytes.toString());
});

test('an answer that comes in time is whole, and the connection serves the next', async () => {
  await serve((socket) => {
    const answer = () => socket.write(`${HEAD}content-length: 2\r\n\r\nok`);
    answer();
    socket.on('data', answer);
  });
  for (let i = 0; i < 3; i++) {
    expect(await client.exchange(request)).toMatchObject({ status: 200, body: 'ok', cut: false });
  }
  expect(sockets.size).toBeGreaterThan(0);
});
