import type { RequestOptions } from 'node:https';
import path from 'node:path';
import * as z from 'zod';
import { errorText } from '../../../model/error-text';
import { UserError } from '../../common/user-error';
import type { Credentials } from './cluster-access';

/** A user of a kubeconfig whose credentials come from a program or an identity provider. */
export const loginSchema = z.object({
  exec: z
    .looseObject({
      apiVersion: z.string().optional(),
      command: z.string(),
      args: z.array(z.string()).nullish(),
      env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
      provideClusterInfo: z.boolean().optional(),
      installHint: z.string().optional(),
    })
    .optional(),
  'auth-provider': z.object({ name: z.string(), config: z.record(z.string(), z.unknown()).nullish() }).optional(),
});

type Login = z.infer<typeof loginSchema>;

export interface LoginCluster {
  server: string;
  ca: Buffer | undefined;
}

/** How long an answer is used again; the library keeps a token of its own for as long as it is valid. */
const REUSE_MS = 10_000;

/**
 * Credentials from an exec plugin or an auth provider, as the Kubernetes client of JavaScript gets them. It is loaded only
 * where a kubeconfig asks for it.
 */
export class ClusterLogin {
  private config: Promise<{ applyToHTTPSOptions(options: RequestOptions): Promise<void> }> | undefined;
  private last: { at: number; credentials: Promise<Credentials> } | undefined;

  /**
   * @param dir the folder of the kubeconfig, for relative commands
   * @param origin the kubeconfig, for errors
   */
  constructor(
    private readonly user: Login,
    private readonly cluster: LoginCluster,
    private readonly dir: string,
    private readonly origin: string
  ) {}

  /** @throws UserError that names the kubeconfig and the plugin */
  credentials(now = Date.now()): Promise<Credentials> {
    if (this.last === undefined || now - this.last.at >= REUSE_MS) {
      const last = { at: now, credentials: this.ask() };
      this.last = last;
      // What failed is asked for again.
      last.credentials.catch(() => (this.last = this.last === last ? undefined : this.last));
    }
    return this.last.credentials;
  }

  /** Forgets all credentials: the server did not accept them. */
  renew(): void {
    this.config = undefined;
    this.last = undefined;
  }

  private async ask(): Promise<Credentials> {
    const options: RequestOptions = { headers: {} };
    try {
      this.config ??= this.load();
      const config = await this.config;
      await config.applyToHTTPSOptions(options);
    } catch (error) {
      const { exec } = this.user;
      const hint = exec?.installHint === undefined ? '' : `\n${exec.installHint.trim()}`;
      const plugin = exec === undefined ? `the auth provider "${this.name}"` : `"${this.name}"`;
      const isImage = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
      const reason = isImage ? 'not in this image, use a service account or the npm package' : errorText(error).trim();
      throw new UserError(`${this.origin}: no credentials from ${plugin}: ${reason}${hint}`);
    }
    const authorization = new Map<string, unknown>(Object.entries(options.headers ?? {})).get('Authorization');
    return {
      authorization: typeof authorization === 'string' ? authorization : undefined,
      cert: bytesOf(options.cert),
      key: bytesOf(options.key),
    };
  }

  private get name(): string {
    return this.user.exec?.command ?? this.user['auth-provider']?.name ?? '';
  }

  private async load() {
    const { KubeConfig } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    const { exec, 'auth-provider': authProvider } = this.user;
    config.loadFromOptions({
      // The library makes a connection of its own, which it refuses for plain HTTP otherwise; it is never used.
      clusters: [{ name: 'cluster', server: this.cluster.server, skipTLSVerify: true }],
      users: [{ name: 'user', exec: exec && this.withClusterInfo(exec), authProvider }],
      contexts: [{ name: 'context', cluster: 'cluster', user: 'user' }],
      currentContext: 'context',
    });
    return config;
  }

  /** The plugin's input and the place of its program, as kubectl gives them (client.authentication.k8s.io). */
  private withClusterInfo(exec: NonNullable<Login['exec']>) {
    const { server, ca } = this.cluster;
    const spec = {
      interactive: false,
      ...(exec.provideClusterInfo && { cluster: { server, 'certificate-authority-data': ca?.toString('base64') } }),
    };
    const info = { kind: 'ExecCredential', apiVersion: exec.apiVersion, spec };
    const isRelative = exec.command.includes('/') && !path.isAbsolute(exec.command);
    return {
      ...exec,
      command: isRelative ? path.resolve(this.dir, exec.command) : exec.command,
      args: exec.args ?? [],
      env: [...(exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }],
    };
  }
}

const bytesOf = (pem: unknown): Buffer | undefined =>
  typeof pem === 'string' ? Buffer.from(pem) : Buffer.isBuffer(pem) ? pem : undefined;
