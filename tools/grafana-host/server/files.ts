import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
};

/**
 * Answers with a file below a directory.
 * @param path as it is in the address, decoded
 * @returns false where there is no such file; nothing is answered then
 */
export async function sendFile(
  response: ServerResponse,
  dir: string,
  path: string,
  headers: Record<string, string> = {}
): Promise<boolean> {
  const file = normalize(join(dir, path));
  if (!file.startsWith(normalize(dir + sep))) {
    return false;
  }
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) {
    return false;
  }
  response.writeHead(200, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'content-length': found.size,
    // Everything is built anew and lies on this machine: nothing old may stay in the browser.
    'cache-control': 'no-cache',
    ...headers,
  });
  await pipeline(createReadStream(file), response);
  return true;
}
