import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Agent, request } from 'undici';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { clusterAccess } from '../../shipper/cluster/api/access';
import { ApiClient } from '../../shipper/cluster/api/client';
import { ClusterClock } from '../../shipper/cluster/core/cluster-clock';
import { until } from '../testkit/until';
import { freePort } from '../testkit/http';
import { endProcess } from '../testkit/processes';

/** Where etcd and kube-apiserver are, as controller-runtime's envtest has it; undefined where they are not. */
export function realBinaries(): string | undefined {
  const assets = process.env.KUBEBUILDER_ASSETS;
  const there = assets !== undefined && ['etcd', 'kube-apiserver'].every((name) => existsSync(path.join(assets, name)));
  return there ? assets : undefined;
}

const manifestSchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
});

const tokenSchema = z.object({ status: z.object({ token: z.string() }) });

/** A real API server with its etcd, and nothing else of a cluster: no controllers, no nodes. */
export class RealApiServer {
  admin!: ApiClient;
  private dir = '';
  private etcd: ChildProcess | undefined;
  private apiserver: ChildProcess | undefined;
  private ports = { etcd: 0, peer: 0, api: 0 };
  private readonly clients: ApiClient[] = [];

  constructor(private readonly binaries: string) {}

  async start(): Promise<this> {
    this.dir = await mkdtemp(path.join(tmpdir(), 'afterlog-apiserver-'));
    this.ports = { etcd: await freePort(), peer: await freePort(), api: await freePort() };
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await writeFile(this.file('sa.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await writeFile(this.file('sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
    await writeFile(this.file('tokens.csv'), 'admin-token,admin,admin,system:masters\n');
    const [client, peer] = [this.ports.etcd, this.ports.peer].map((port) => `http://127.0.0.1:${port}`);
    this.etcd = this.run('etcd', [
      `--data-dir=${this.file('etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      '--unsafe-no-fsync',
    ]);
    await this.startApiServer();
    return this;
  }

  async stop(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
    // It would wait a minute for watches to end.
    await endProcess(this.apiserver, 'SIGKILL');
    await endProcess(this.etcd);
    await rm(this.dir, { recursive: true, force: true });
  }

  /** Kills the API server and starts it again: what it had in memory is gone, what is in etcd stays. */
  async restart(): Promise<void> {
    await endProcess(this.apiserver, 'SIGKILL');
    await this.startApiServer();
  }

  /** Lets etcd forget all versions but the newest. */
  async compact(): Promise<void> {
    const nodes = z.object({ metadata: z.object({ resourceVersion: z.string() }) });
    const { metadata } = nodes.parse(await this.admin.get('/api/v1/nodes'));
    const answer = await fetch(`http://127.0.0.1:${this.ports.etcd}/v3/kv/compaction`, {
      method: 'POST',
      body: JSON.stringify({ revision: metadata.resourceVersion, physical: true }),
    });
    if (answer.status !== 200) {
      throw new Error(`etcd did not compact: ${await answer.text()}`);
    }
  }

  /** A kubeconfig with this token. */
  async kubeconfig(token: string): Promise<string> {
    const file = this.file(`kubeconfig-${token.slice(-8)}`);
    const cluster = {
      server: `https://127.0.0.1:${this.ports.api}`,
      'certificate-authority': this.file('certs/apiserver.crt'),
    };
    const config = {
      'current-context': 'real',
      clusters: [{ name: 'real', cluster }],
      users: [{ name: 'real', user: { token } }],
      contexts: [{ name: 'real', context: { cluster: 'real', user: 'real', namespace: 'afterlog' } }],
    };
    await writeFile(file, JSON.stringify(config));
    return file;
  }

  async client(token: string): Promise<ApiClient> {
    const client = new ApiClient(
      clusterAccess({ kubeconfig: await this.kubeconfig(token), env: {} }),
      new ClusterClock()
    );
    this.clients.push(client);
    return client;
  }

  /** A token of a service account, as the kubelet would mount it. */
  async tokenOf(namespace: string, serviceAccount: string): Promise<string> {
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`;
    return tokenSchema.parse(await this.admin.send('POST', path, request)).status.token;
  }

  /** Creates what stands in a manifest. */
  async apply(file: string): Promise<void> {
    for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
      const object = manifestSchema.loose().parse(document.toJS());
      await this.admin.send('POST', collectionOf(object), object);
    }
  }

  /** Deletes an object as an administrator does; the shipped client cannot delete at all. */
  async remove(object: string, options: object = {}): Promise<void> {
    const ca = readFileSync(this.file('certs/apiserver.crt'));
    const dispatcher = new Agent({ connect: { ca } });
    try {
      const { statusCode, body } = await request(`https://127.0.0.1:${this.ports.api}${object}`, {
        method: 'DELETE',
        headers: { authorization: 'Bearer admin-token', 'content-type': 'application/json' },
        body: JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', ...options }),
        dispatcher,
      });
      if (statusCode > 299) {
        throw new Error(`DELETE ${object}: ${statusCode} ${await body.text()}`);
      }
      await body.dump();
    } finally {
      await dispatcher.close();
    }
  }

  private async startApiServer(): Promise<void> {
    this.apiserver = this.run('kube-apiserver', [
      `--etcd-servers=http://127.0.0.1:${this.ports.etcd}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${this.ports.api}`,
      `--cert-dir=${this.file('certs')}`,
      `--token-auth-file=${this.file('tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-signing-key-file=${this.file('sa.key')}`,
      `--service-account-key-file=${this.file('sa.pub')}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      '--disable-admission-plugins=ServiceAccount',
    ]);
    await until('its certificate', () => existsSync(this.file('certs/apiserver.crt')), 60_000);
    this.admin ??= await this.client('admin-token');
    const isReady = () =>
      this.admin.get('/apis/rbac.authorization.k8s.io/v1/clusterroles/system:discovery').then(
        () => true,
        () => false
      );
    await until('the API server to be ready', isReady, 60_000);
  }

  private run(name: string, args: string[]): ChildProcess {
    const log = openSync(this.file(`${name}.log`), 'a');
    return spawn(path.join(this.binaries, name), args, { stdio: ['ignore', log, log], cwd: this.dir });
  }

  private file(name: string): string {
    return path.join(this.dir, name);
  }
}

function collectionOf({ apiVersion, kind, metadata: { namespace } }: z.infer<typeof manifestSchema>): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${group}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${kind.toLowerCase()}s`;
}
