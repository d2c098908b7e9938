import { createServer, type Server, type ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import { afterlog } from '../testkit/afterlog';
import { close, listen } from '../testkit/http';

// What listens where a Loki should be may never come to an end, or never begin: commands say so, and take no more than they need.
const HEAD = '{"status":"success","data":{"resultType":"streams","result":[{"stream":{"a":"b"},"values":[';
const ENTRIES = `["1795478400000000000","${'x'.repeat(1000)}"],`.repeat(60);
const preload = { NODE_OPTIONS: `--require ${resolve('tests/hostile/peak-memory.cjs')}` };
/** Four times what such a command takes of a small Loki. */
const MAX_MIB = 256;

let server: Server | undefined;
afterEach(async () => {
  await (server && close(server));
});

/** Writes a text again and again, as fast as it is read. */
function pour(response: ServerResponse, text: string): void {
  const more = () => {
    while (!response.destroyed && response.write(text)) {
      // The next one.
    }
  };
  response.on('drain', more);
  more();
}

const answers: Record<string, (response: ServerResponse) => void> = {
  'an answer without end': (response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write(HEAD);
    pour(response, ENTRIES);
  },
  'an answer without end, a byte at a time': (response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    const { socket } = response;
    const more = () => {
      while (socket !== null && !socket.destroyed && socket.write('1\r\nx\r\n'.repeat(10_000))) {
        // The next one.
      }
    };
    socket?.on('drain', more);
    more();
  },
  'an error without end': (response) => pour(response.writeHead(500), 'no '.repeat(10_000)),
};

const commands = [
  ['logs', 'web-x7k2p'],
  ['cases'],
  ['cases', '-o', 'json'],
  ['explain', 'web-x7k2p'],
  ['capacity'],
] as const;

test.each(
  Object.keys(answers).flatMap((what) => commands.map((command) => [command.join(' '), what, command] as const))
)('`afterlog %s` refuses %s, and takes little memory for it', async (_name, what, command) => {
  server = createServer((_, response) => answers[what]?.(response));
  const { code, stderr } = await afterlog([...command], { env: { ...preload, LOKI_ADDR: await listen(server) } });
  expect(code).toBe(1);
  expect(stderr).toMatch(/Loki at http:\S+: the answer is longer than \d+ MiB\nIs that the address of Loki\?/);
  expect(Number(/peak (\d+) KiB/.exec(stderr)?.[1]) / 1024).toBeLessThan(MAX_MIB);
});

test.each(commands.map((command) => [command.join(' '), command] as const))(
  '`afterlog %s` gives up on a Loki that is silent',
  async (_name, command) => {
    server = createServer(() => undefined);
    const env = { LOKI_ADDR: await listen(server) };
    const { code, stderr } = await afterlog([...command, '--request-timeout', '500ms'], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot reach Loki at http:\S+: no answer within 500 ms\n/);
    expect(stderr).toContain('wait longer (--request-timeout)');
  }
);
