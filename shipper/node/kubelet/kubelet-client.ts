import { readFile } from 'node:fs/promises';
import { errorText } from '../../../model/error-text';
import { HttpClient } from '../../common/http-client';

export interface KubeletOptions {
  /** `https://<node ip>:10250`. */
  url: string;
  /** Read again for every request: the kubelet rotates a pod's token about once an hour. */
  tokenFile?: string;
  /** Certificates that may have signed the kubelet's own. */
  caFile?: string;
  /** Most clusters let kubelets sign their own serving certificate: then nothing can check it. */
  insecureSkipVerify?: boolean;
  timeoutMs?: number;
}

/** The kubelet answered, and not with 200; or could not be reached (`status` 0). */
export class KubeletError extends Error {
  constructor(
    message: string,
    readonly status: number
  ) {
    super(message);
    this.name = 'KubeletError';
  }

  /** The service account may not do this: asking again soon is of no use. */
  get refused(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

/** What the ClusterRole must grant for a path: docs/reference/kubernetes.md, Rights. */
const permissions: Record<string, string> = {
  '/configz': 'get on nodes/configz (Kubernetes 1.33 and later; older kubelets ask for nodes/proxy)',
  '/pods': 'get on nodes/pods (Kubernetes 1.33 and later; older kubelets ask for nodes/proxy)',
  '/stats/summary': 'get on nodes/stats',
  '/metrics': 'get on nodes/metrics',
};

const MAX_BODY = 32 * 2 ** 20;
const TIMEOUT_MS = 10_000;

/**
 * Reads from the kubelet's own port, never through `nodes/proxy`: that permission allows exec into any container.
 * Errors are `KubeletError` with what to do about them.
 */
export class KubeletClient {
  private client: HttpClient | undefined;

  constructor(private readonly options: KubeletOptions) {}

  /** `/configz`: the configuration in force. */
  async configz(): Promise<unknown> {
    return this.json('/configz');
  }

  /** `/pods`: the node's pods, a PodList. */
  async pods(): Promise<unknown> {
    return this.json('/pods');
  }

  /** `/stats/summary`: use of the disks, running pods only. */
  async statsSummary(): Promise<unknown> {
    return this.json('/stats/summary');
  }

  /** `/metrics` in Prometheus text form. */
  async metrics(): Promise<string> {
    return this.text('/metrics');
  }

  close(): void {
    this.client?.close();
  }

  private async json(path: string): Promise<unknown> {
    const text = await this.text(path);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new KubeletError(`${this.options.url}${path} did not answer with JSON`, 200);
    }
  }

  private async text(path: string): Promise<string> {
    const url = `${this.options.url.replace(/\/+$/, '')}${path}`;
    let status: number;
    let text: string;
    try {
      this.client ??= await this.connect();
      ({ status, body: text } = await this.client.exchange({
        method: 'GET',
        path: new URL(url).pathname,
        headers: await this.authorization(),
        timeoutMs: this.options.timeoutMs ?? TIMEOUT_MS,
        maxBytes: MAX_BODY,
      }));
    } catch (error) {
      throw new KubeletError(`${url}: ${errorText(error)}`, 0);
    }
    if (status !== 200) {
      const needed = status === 403 && permissions[path] ? `; needed: ${permissions[path]}` : '';
      throw new KubeletError(`${url} answered ${status}${needed}: ${text.slice(0, 200).trim()}`, status);
    }
    return text;
  }

  private async connect(): Promise<HttpClient> {
    const { caFile, insecureSkipVerify, url } = this.options;
    const tls = {
      ...(caFile ? { ca: await readFile(caFile, 'utf8') } : {}),
      rejectUnauthorized: insecureSkipVerify !== true,
    };
    return new HttpClient(url, tls, { useProxy: false });
  }

  private async authorization(): Promise<Record<string, string>> {
    const { tokenFile } = this.options;
    return tokenFile ? { authorization: `Bearer ${(await readFile(tokenFile, 'utf8')).trim()}` } : {};
  }
}
