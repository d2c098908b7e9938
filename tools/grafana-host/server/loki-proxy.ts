import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/**
 * Passes a request on to Loki, as Grafana's data source proxy does: the page has one origin, and Loki's address stays
 * with the server. What the browser gives up is given up there too.
 * @param path beginning with a slash, with the query
 */
export function proxyToLoki(incoming: IncomingMessage, response: ServerResponse, lokiUrl: string, path: string): void {
  const { accept, 'content-type': contentType, 'x-loki-response-encoding-flags': flags } = incoming.headers;
  const headers = {
    ...(accept !== undefined && { accept }),
    ...(contentType !== undefined && { 'content-type': contentType }),
    ...(flags !== undefined && { 'x-loki-response-encoding-flags': flags }),
  };
  const outgoing = request(lokiUrl + path, { method: incoming.method, headers }, (answer) => {
    const type = answer.headers['content-type'];
    response.writeHead(answer.statusCode ?? 502, type === undefined ? {} : { 'content-type': type });
    // The browser has gone: nobody is left to answer.
    pipeline(answer, response).catch(() => outgoing.destroy());
  });
  outgoing.on('error', (error) => {
    if (!response.headersSent) {
      response.writeHead(502, { 'content-type': 'application/json' });
    }
    response.end(JSON.stringify({ message: `Loki at ${lokiUrl} cannot be reached: ${error.message}` }));
  });
  response.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}
