import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import type { Environment } from './environment';
import type { Kubectl } from './kubectl';

const deploy = join(__dirname, '../../deploy');
const NAMESPACE = 'afterlog';
/** What `deploy/` shall run with here: as its ConfigMap and the downward API would give it. */
export const CLUSTER = 'real-node';

const workloadSchema = z.object({
  spec: z.object({
    template: z.object({ spec: z.object({ containers: z.tuple([z.object({ args: z.array(z.string()) })]) }) }),
  }),
});
const tokenSchema = z.object({ status: z.object({ token: z.string() }) });

/** The manifests of `deploy/` on the real cluster, as far as they go without an image: accounts, rights, arguments. */
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

  /** The arguments that a manifest gives its container, with the variables that they use. */
  async args(manifest: string): Promise<string[]> {
    const { spec } = workloadSchema.parse(parse(await readFile(join(deploy, manifest), 'utf8')));
    const { NODE_NAME, NODE_IP } = this.environment;
    const values: Record<string, string> = { NODE_NAME, NODE_IP, CLUSTER_NAME: CLUSTER };
    return spec.template.spec.containers[0].args.map((arg) =>
      arg.replace(/\$\((\w+)\)/g, (_, name: string) => {
        const value = values[name];
        if (value === undefined) {
          throw new Error(`${manifest} uses $(${name}), which this test does not know`);
        }
        return value;
      })
    );
  }
}
