import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** Pods with a container each and its log, as the kubelet lays them out, and the links to them. */
export function layOutLogs(root: string, pods: readonly string[]): { logs: string; containers: string } {
  const [logs, containers] = [join(root, 'pods'), join(root, 'containers')];
  mkdirSync(logs, { recursive: true });
  mkdirSync(containers);
  for (const pod of pods) {
    const dir = join(logs, `ns_${pod}_uid-${pod}`, 'main');
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, '0.log'), '2026-11-23T23:15:38.1Z stdout F hello\n');
    const id = Buffer.from(pod).toString('hex').padEnd(64, '0');
    symlinkSync(join(dir, '0.log'), join(containers, `${pod}_ns_main-${id}.log`));
  }
  return { logs, containers };
}

/** Root may read everything: what depends on rights is looked at as somebody else. */
export async function asNobody<T>(look: () => Promise<T>): Promise<T> {
  const before = process.geteuid?.();
  if (before !== 0) {
    return look();
  }
  process.seteuid?.(65_534);
  try {
    return await look();
  } finally {
    process.seteuid?.(before);
  }
}

export interface LookAlike {
  url: string;
  close(): Promise<void>;
}

/** A server that answers a path with a status and a body: a kubelet, an API server or a gateway as far as it is asked. */
export async function lookAlike(
  answer: (request: IncomingMessage, body: string) => { status: number; body: string }
): Promise<LookAlike> {
  const server: Server = createServer((request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { status, body: text } = answer(request, body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
