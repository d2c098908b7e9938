import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { errorText } from '../../../model/error-text';
import { sendFile } from './files';
import { proxyToLoki } from './loki-proxy';
import { badRequest, RequestError } from '../../../pocket-loki/common/request-error';
import { PageToken } from './page-token';
import { PluginSettings } from './plugin-settings';

export interface HostOptions {
  listen: { host: string; port: number };
  /** Base address of the Loki that the page's data source asks, without a slash at the end. */
  lokiUrl: string;
  /** The built app: a folder with plugin.json and module.js. */
  dist: string;
  /** The built page (`npm run build:host`); by default the one beside this program's bundle. */
  page?: string;
  /** The app's settings as they would be provisioned. */
  jsonData?: Record<string, unknown>;
}

export interface Host {
  /** Base address, without a slash at the end. */
  url: string;
  /** The address to open where the page cannot be had without its token; `url` elsewhere. */
  pageUrl: string;
  close(): Promise<void>;
}

/** The UID of the page's data source. */
const LOKI_UID = 'loki';
const PROXY = `/api/datasources/proxy/uid/${LOKI_UID}`;

/**
 * Serves the built app in a page that gives it what Grafana would give it: Grafana's own libraries, their services, a
 * Loki data source. No Grafana server is needed; what Grafana keeps in its database lasts as long as the process.
 * @throws the error of `listen` where the address cannot be used
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const page = options.page ?? join(__dirname, 'host');
  const settings = new PluginSettings(options.dist, options.jsonData ?? { lokiUid: LOKI_UID });
  const token = new PageToken(options.listen.host);
  const server = createServer((request, response) => {
    answer(request, response, { ...options, page, settings, token }).catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy();
      } else {
        const status = error instanceof RequestError ? error.status : 500;
        sendJson(response, status, { message: errorText(error) });
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.listen.port, options.listen.host, resolve);
  });
  const url = urlOf(server);
  return { url, pageUrl: `${url}/${token.query}`, close: () => close(server) };
}

interface Context extends HostOptions {
  page: string;
  settings: PluginSettings;
  token: PageToken;
}

async function answer(request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
  const { token } = context;
  token.checkName(request);
  if (!URL.canParse(request.url ?? '/', 'http://host')) {
    throw badRequest('invalid request address');
  }
  const url = new URL(request.url ?? '/', 'http://host');
  const { pathname, search } = url;
  const path = decodePath(pathname);
  if (path.startsWith('/api/')) {
    token.checkCaller(request);
  }
  if (pathname.startsWith(`${PROXY}/`)) {
    proxyToLoki(request, response, context.lokiUrl, pathname.slice(PROXY.length) + search);
  } else if (/^\/api\/plugins\/[^/]+\/settings$/.test(path)) {
    if (request.method === 'POST') {
      await context.settings.save(request);
      sendJson(response, 200, { message: 'Plugin settings updated' });
    } else {
      sendJson(response, 200, await context.settings.read());
    }
  } else if (path.startsWith('/api/')) {
    sendJson(response, 404, { message: `${path} is not among what this host has of Grafana's API` });
  } else if (!(await sendAsset(response, path, context))) {
    // Whatever else is asked for is a page, and the browser's part finds out which.
    if (!(await sendFile(response, context.page, 'index.html', token.pageHeaders(request, url)))) {
      sendJson(response, 500, { message: `${context.page} has no page: npm run build:host makes it` });
    }
  }
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw badRequest(`malformed escape in ${path}`);
  }
}

/** @returns false where the path is that of a page */
async function sendAsset(response: ServerResponse, path: string, { page, dist }: Context): Promise<boolean> {
  const [, first, second, ...rest] = path.split('/');
  if (first !== 'public') {
    return false;
  }
  const isSent =
    second === 'plugins'
      ? await sendFile(response, dist, rest.slice(1).join('/'))
      : await sendFile(response, page, path.slice('/public/'.length));
  if (!isSent && /\/img\/icons\/.*\.svg$/.test(path)) {
    sendEmptyIcon(response);
  } else if (!isSent) {
    sendJson(response, 404, { message: `${path} is not there` });
  }
  return true;
}

/** Grafana has more icons than its library brings along: those take their room and show nothing. */
function sendEmptyIcon(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'image/svg+xml' });
  response.end('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"></svg>');
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('the server has no address');
  }
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
