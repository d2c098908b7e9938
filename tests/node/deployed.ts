import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import type { Environment } from './environment';
import type { Kubectl } from './kubectl';

const deploy = join(__dirname, '../../deploy/manifests');
const NAMESPACE = 'afterlog';
/** The cluster's name here. */
export const CLUSTER = 'real-node';

const configMapSchema = z.object({ data: z.record(z.string(), z.string()) });
const tokenSchema = z.object({ status: z.object({ token: z.string() }) });

/** The manifests of `deploy/manifests/` on the real cluster, as far as they go without an image: accounts, rights, configuration. */
export class Deployed {
  constructor(
    private readonly kubectl: Kubectl,
    private readonly environment: Environment,
    private readonly dir: string
  ) {}

  /** Makes the service accounts with their rights, and lets the API server check all the rest. */
  async apply(): Promise<void> {
    for (const file of ['namespace.yaml', 'watch-rbac.yaml', 'agent-rbac.yaml']) {
      await this.kubectl.run('apply', '-f', join(deploy, file));
    }
    await this.kubectl.run('apply', '--dry-run=server', '-k', deploy);
  }

  /** A file with a token of the service account, as the kubelet would mount it. */
  async tokenFile(serviceAccount: string): Promise<string> {
    const request = join(this.dir, 'token-request.json');
    await writeFile(
      request,
      JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} })
    );
    const path = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${serviceAccount}/token`;
    const answer = await this.kubectl.run('create', '--raw', path, '-f', request);
    const file = join(this.dir, `${serviceAccount}.token`);
    await writeFile(file, tokenSchema.parse(JSON.parse(answer)).status.token);
    return file;
  }

  /** A kubeconfig with that identity and nothing else. */
  async kubeconfig(serviceAccount: string): Promise<string> {
    const file = join(this.dir, `${serviceAccount}.kubeconfig`);
    const cluster = { server: 'https://127.0.0.1:6443', 'certificate-authority': this.environment.CA_CERT };
    const config = {
      'current-context': 'real',
      clusters: [{ name: 'real', cluster }],
      users: [{ name: 'real', user: { tokenFile: await this.tokenFile(serviceAccount) } }],
      contexts: [{ name: 'real', context: { cluster: 'real', user: 'real', namespace: NAMESPACE } }],
    };
    await writeFile(file, JSON.stringify(config));
    return file;
  }

  /** The shipped configuration file of a component, as its ConfigMap is mounted. */
  async configFile(component: 'agent' | 'watch'): Promise<string> {
    const { data } = configMapSchema.parse(parse(await readFile(join(deploy, 'configmap.yaml'), 'utf8')));
    const file = join(this.dir, `${component}.yaml`);
    await writeFile(file, data[`${component}.yaml`] ?? '');
    return file;
  }
}
