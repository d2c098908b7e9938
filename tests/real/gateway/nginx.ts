import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../testkit/until';
import { freePort } from '../../testkit/http';
import { endProcess } from '../../testkit/processes';

/** nginx from the PATH, or where Debian puts it, which is not on everybody's PATH; undefined where there is none. */
export const nginxProgram = [process.env.NGINX_BIN, 'nginx', '/usr/sbin/nginx'].find(
  (program) => program !== undefined && spawnSync(program, ['-v']).status === 0
);

export interface Gateway {
  /** Ports by the names that the configuration has them under. */
  ports: Readonly<Record<string, number>>;
  /** PEM of the certificate that its TLS ports have, for 127.0.0.1. */
  caFile: string;
  stop(): Promise<void>;
}

/**
 * nginx in front of `upstream` (`host:port`).
 * @param servers bodies of `server {…}` blocks by name; `listen` is put before each, `ssl` where the name begins with `tls`
 */
export async function startNginx(upstream: string, servers: Readonly<Record<string, string>>): Promise<Gateway> {
  if (nginxProgram === undefined) {
    throw new Error('no nginx');
  }
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-nginx-'));
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    key,
    '-out',
    cert,
    ...subject,
  ];
  execFileSync('openssl', made, { stdio: 'ignore' });
  const ports: Record<string, number> = {};
  const blocks: string[] = [];
  for (const [name, body] of Object.entries(servers)) {
    const port = await freePort();
    ports[name] = port;
    const tls = name.startsWith('tls') ? `ssl_certificate ${cert}; ssl_certificate_key ${key};` : '';
    blocks.push(`server { listen 127.0.0.1:${port}${tls && ' ssl'}; ${tls} ${body} }`);
  }
  writeFileSync(
    join(dir, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${dir}/pid; error_log ${dir}/error.log;
     events {}
     http {
       access_log off;
       client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/f;
       uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
       upstream loki { server ${upstream}; }
       ${blocks.join('\n')}
     }`
  );
  const nginx = spawn(nginxProgram, ['-p', dir, '-c', join(dir, 'nginx.conf')], { stdio: 'ignore' });
  await until('nginx listens', async () => (await Promise.all(Object.values(ports).map(answers))).every(Boolean));
  return {
    ports,
    caFile: cert,
    async stop() {
      await endProcess(nginx);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
