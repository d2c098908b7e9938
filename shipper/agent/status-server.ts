import { createServer, type Server } from 'node:http';
import { UserError } from '../user-error';

export interface Status {
  /** Why the agent is not ready; null where it is. */
  problem(): string | null;
  metrics(): Promise<{ contentType: string; text: string }>;
  ledgers(): unknown;
}

/**
 * Answers /metrics, /ready, /healthz and /api/ledgers.
 * @param listen `host:port`
 * @throws UserError where the address cannot be used
 */
export async function serveStatus(listen: string, status: Status): Promise<Server> {
  const at = listen.lastIndexOf(':');
  const port = Number(listen.slice(at + 1));
  if (at < 0 || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UserError(`--listen ${listen}: write host:port, for example 127.0.0.1:9595`);
  }
  const host = listen.slice(0, at).replace(/^\[|\]$/g, '');
  const server = createServer((request, response) => {
    const send = (code: number, type: string, text: string) => {
      response.writeHead(code, { 'content-type': type }).end(text);
    };
    const path = request.url?.split('?')[0];
    if (path === '/metrics') {
      status.metrics().then(
        ({ contentType, text }) => send(200, contentType, text),
        (error: unknown) => send(500, 'text/plain', String(error))
      );
    } else if (path === '/ready') {
      const problem = status.problem();
      send(problem === null ? 200 : 503, 'text/plain', `${problem === null ? 'ready' : `not ready: ${problem}`}\n`);
    } else if (path === '/healthz') {
      send(200, 'text/plain', 'ok\n');
    } else if (path === '/api/ledgers') {
      send(200, 'application/json', JSON.stringify(status.ledgers()));
    } else {
      send(404, 'text/plain', 'there are /metrics, /ready, /healthz and /api/ledgers\n');
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new UserError(`--listen ${listen}: ${error.message}; choose another address`))
    );
    server.listen(port, host, resolve);
  });
  return server;
}
