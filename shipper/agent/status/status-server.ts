import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { UserError } from '../../common/user-error';
import { cpuProfile, profileSeconds, sendHeapSnapshot } from './debug-profile';

export interface Status {
  /** Why the agent is not ready; null where it is. */
  problem(): string | null;
  registry: Registry;
  containerRecords(): unknown;
  /** Answer /debug/profile and /debug/heap, too. */
  profiling: boolean;
}

export interface StatusServer {
  /** The port that it listens on. */
  port: number;
  close(): Promise<void>;
}

/**
 * Answers /metrics, /ready, /healthz and /api/container records.
 * @param listen `host:port`
 * @throws UserError where the address cannot be used
 */
export async function serveStatus(listen: string, status: Status): Promise<StatusServer> {
  const at = listen.lastIndexOf(':');
  const port = Number(listen.slice(at + 1));
  if (at < 0 || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UserError(`--listen ${listen}: write host:port, for example 127.0.0.1:9595`);
  }
  const host = listen.slice(0, at).replace(/^\[|\]$/g, '');
  const server = createServer((request, response) => {
    answer(request, response, status).catch((error: unknown) => {
      if (!response.headersSent) {
        response.writeHead(500, { 'content-type': 'text/plain' });
      }
      response.end(`${String(error)}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new UserError(`--listen ${listen}: ${error.message}; choose another address`))
    );
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, status: Status): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://agent');
  const send = (code: number, type: string, text: string) => {
    response.writeHead(code, { 'content-type': type }).end(text);
  };
  switch (url.pathname) {
    case '/metrics':
      send(200, status.registry.contentType, await status.registry.metrics());
      return;
    case '/ready': {
      const problem = status.problem();
      send(problem === null ? 200 : 503, 'text/plain', `${problem === null ? 'ready' : `not ready: ${problem}`}\n`);
      return;
    }
    case '/healthz':
      send(200, 'text/plain', 'ok\n');
      return;
    case '/api/container-records':
      send(200, 'application/json', JSON.stringify(status.containerRecords()));
      return;
    case '/debug/profile':
    case '/debug/heap':
      if (!status.profiling) {
        send(404, 'text/plain', 'profiling is off; start the agent with --debug.profile\n');
      } else if (url.pathname === '/debug/heap') {
        sendHeapSnapshot(response);
      } else {
        await sendProfile(url.searchParams.get('seconds'), send);
      }
      return;
    default:
      send(404, 'text/plain', 'there are /metrics, /ready, /healthz and /api/container-records\n');
  }
}

async function sendProfile(
  asked: string | null,
  send: (code: number, type: string, text: string) => void
): Promise<void> {
  const seconds = profileSeconds(asked);
  if (seconds === undefined) {
    send(400, 'text/plain', `seconds=${asked}: write a number between 0 and 300\n`);
    return;
  }
  const profile = await cpuProfile(seconds);
  if (profile === undefined) {
    send(409, 'text/plain', 'another profile is being taken; try again when it is done\n');
  } else {
    send(200, 'application/json', profile);
  }
}
