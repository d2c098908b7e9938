import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { containerRecordSchema, type ContainerRecord } from '../../model/records';
import { CLUSTER, Deployed } from './deployed';
import type { Environment } from './environment';
import type { Kubectl } from './kubectl';
import { afterlog, Program, type Ran } from './programs';
import { freePort } from '../testkit/http';

const answerSchema = z.object({
  data: z.object({ result: z.array(z.object({ values: z.array(z.tuple([z.string(), z.string()])) })) }),
});

/** Store, watch and agent as processes on the real node, with the identities and the configuration of `deploy/`. */
export class House {
  readonly deployed: Deployed;
  private store: Program | undefined;
  private watch: Program | undefined;
  private agent: Program | undefined;
  private loki = '';
  private agentUrl = '';

  private constructor(
    private readonly environment: Environment,
    kubectl: Kubectl,
    private readonly dir: string
  ) {
    this.deployed = new Deployed(kubectl, environment, dir);
  }

  static async start(environment: Environment, kubectl: Kubectl): Promise<House> {
    const house = new House(environment, kubectl, await mkdtemp(join(tmpdir(), 'afterlog-node-')));
    try {
      await house.deployed.apply();
      await house.startStore();
      await house.startWatch();
      await house.startAgent();
    } catch (error) {
      await house.stop();
      throw error;
    }
    return house;
  }

  private async startStore(): Promise<void> {
    this.store = new Program(this.file('store.log'), [
      'store',
      `--data.dir=${this.file('store')}`,
      '--listen=127.0.0.1:0',
    ]);
    this.loki = String((await this.store.says('serving')).url);
  }

  private async startWatch(): Promise<void> {
    const config = `--config=${await this.deployed.configFile('watch')}`;
    // In a pod the Lease is asked for without being told to.
    this.watch = new Program(
      this.file('watch.log'),
      [
        'watch',
        config,
        '--leader-election',
        `--cluster.name=${CLUSTER}`,
        '--listen=127.0.0.1:0',
        `--loki.url=${this.loki}`,
      ],
      { KUBECONFIG: await this.deployed.kubeconfig('afterlog-watch'), POD_NAME: 'watch-0', POD_NAMESPACE: 'afterlog' }
    );
    await this.watch.says('leading');
  }

  /** The shipped configuration; where things are on this node, flags say. */
  async startAgent(): Promise<void> {
    const listen = `127.0.0.1:${await freePort()}`;
    this.agentUrl = `http://${listen}`;
    const { PODS_DIR, CONTAINERS_DIR, KUBELET_LOG, DISK, NODE_NAME, NODE_IP } = this.environment;
    const flags = [
      'agent',
      `--config=${await this.deployed.configFile('agent')}`,
      `--cluster.name=${CLUSTER}`,
      `--logs.dir=${PODS_DIR}`,
      `--containers.dir=${CONTAINERS_DIR}`,
      `--state.dir=${this.file('state')}`,
      `--kubelet.token-file=${await this.deployed.tokenFile('afterlog-agent')}`,
      `--kubelet.log=${KUBELET_LOG}`,
      `--disk.nodefs-dir=${join(DISK, 'kubelet')}`,
      `--disk.imagefs-dir=${join(DISK, 'containerd')}`,
      `--listen=${listen}`,
      `--loki.url=${this.loki}`,
    ];
    // As the downward API gives them to the pod.
    const env = { NODE_NAME, KUBELET_URL: `https://${NODE_IP}:10250` };
    this.agent = new Program(this.file('agent.log'), flags, env);
    await this.agent.says('agent started');
  }

  /** Kills the agent without a word and starts it again, as the kubelet does after an out-of-memory kill. */
  async restartAgent(): Promise<void> {
    await this.agent?.stop('SIGKILL');
    await this.startAgent();
  }

  /** Runs a command against the store. @param onLine takes the standard output line by line */
  ask(args: readonly string[], onLine?: (line: string) => void): Promise<Ran> {
    return afterlog(this.loki, args, onLine);
  }

  /** The agent's live container records. */
  async containerRecords(): Promise<ContainerRecord[]> {
    const answer = await fetch(`${this.agentUrl}/api/container-records`);
    return z.array(containerRecordSchema).parse(await answer.json());
  }

  /** All records of a kind, as they stand in the store, oldest first. */
  async records<T>(kind: string, schema: z.ZodType<T>): Promise<T[]> {
    const lines = await this.lines(`{service_name="afterlog", record="${kind}", cluster="${CLUSTER}"}`);
    return lines.map((line) => schema.parse(JSON.parse(line)));
  }

  /** The lines that a query finds in the last hour, oldest first. */
  async lines(query: string): Promise<string[]> {
    const url = `${this.loki}/loki/api/v1/query_range?limit=5000&direction=forward&since=1h&query=`;
    const answer: unknown = await (await fetch(url + encodeURIComponent(query))).json();
    const { data } = answerSchema.parse(answer);
    const entries = data.result.flatMap(({ values }) => values).sort(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1));
    return entries.map(([, line]) => line);
  }

  /** What the three programs logged as warnings and errors. */
  async rejections(): Promise<string[]> {
    const texts = await Promise.all(
      ['store', 'watch', 'agent'].map((name) => readFile(this.file(`${name}.log`), 'utf8'))
    );
    return texts.flatMap((text) => text.split('\n').filter((line) => /"level":"(warn|error)"|^afterlog:/.test(line)));
  }

  /** Ends all, in the order in which they need each other. @returns the exit codes */
  async stop(): Promise<Array<number | null | undefined>> {
    const codes = [await this.agent?.stop(), await this.watch?.stop(), await this.store?.stop()];
    await rm(this.dir, { recursive: true, force: true });
    return codes;
  }

  private file(name: string): string {
    return join(this.dir, name);
  }
}
