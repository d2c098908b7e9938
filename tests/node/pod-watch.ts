import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Kubectl } from './kubectl';

const started = z.object({ containerID: z.string().optional(), startedAt: z.string().optional() });
const statusSchema = z.object({
  name: z.string(),
  restartCount: z.number(),
  state: z.object({
    running: started.optional(),
    terminated: started.extend({ exitCode: z.number(), finishedAt: z.string().nullish() }).optional(),
  }),
  lastState: z.object({ terminated: started.extend({ exitCode: z.number() }).optional() }),
  containerID: z.string().optional(),
});
type Status = z.infer<typeof statusSchema>;

const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  status: z.object({
    phase: z.string(),
    reason: z.string().optional(),
    initContainerStatuses: z.array(statusSchema).optional(),
    containerStatuses: z.array(statusSchema).optional(),
  }),
});

const eventSchema = z.object({ type: z.string(), object: podSchema });

/** One run of one container, as the API showed it. */
export interface Run {
  pod: SeenPod;
  container: string;
  restart: number;
  /** 64 hex digits. */
  containerId: string;
  /** null while it runs, and where nobody showed it. */
  exitCode: number | null;
}

export interface SeenPod {
  namespace: string;
  name: string;
  uid: string;
  job: string | null;
  phase: string;
  reason: string | null;
  deleted: boolean;
}

/** Watches pods with kubectl: an account of what ran that shares nothing with `afterlog watch`. */
export class PodWatch {
  readonly pods = new Map<string, SeenPod>();
  /** By container id. */
  readonly runs = new Map<string, Run>();
  private readonly child: ChildProcess;
  private failure: string | undefined;

  constructor(kubectl: Kubectl, namespace: string) {
    const args = ['get', 'pods', '-n', namespace, '--watch', '--output-watch-events', '-o', 'json'];
    this.child = spawn(kubectl.program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (this.child.stdout !== null) {
      createInterface({ input: this.child.stdout }).on('line', (line) => this.take(line));
    }
  }

  /** @throws Error if the watch had ended before, or gave what is no pod: then something may have been missed */
  async stop(): Promise<void> {
    const endedBefore = this.child.exitCode !== null;
    const ended = new Promise((resolve) => this.child.once('close', resolve));
    this.child.kill();
    await (endedBefore ? undefined : ended);
    if (endedBefore || this.failure !== undefined) {
      throw new Error(`the test's own watch of pods failed: ${this.failure ?? 'kubectl ended'}`);
    }
  }

  private take(line: string): void {
    const { data, error } = eventSchema.safeParse(JSON.parse(line));
    if (data === undefined) {
      this.failure ??= error.message;
      return;
    }
    const { metadata, status } = data.object;
    const pod: SeenPod = {
      namespace: metadata.namespace,
      name: metadata.name,
      uid: metadata.uid,
      job: metadata.labels?.['job-name'] ?? null,
      phase: status.phase,
      reason: status.reason ?? null,
      deleted: data.type === 'DELETED',
    };
    const known = Object.assign(this.pods.get(pod.uid) ?? pod, pod);
    this.pods.set(pod.uid, known);
    for (const one of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) {
      this.takeStatus(known, one);
    }
  }

  private takeStatus(pod: SeenPod, { name, restartCount, state, lastState }: Status): void {
    const last = lastState.terminated;
    const now = state.terminated ?? state.running;
    this.takeRun(pod, name, restartCount, now?.containerID, state.terminated?.exitCode ?? null);
    // While it waits for its next run, the newest one is shown as the last state.
    const lastRestart = now === undefined ? restartCount : restartCount - 1;
    this.takeRun(pod, name, lastRestart, last?.containerID, last?.exitCode ?? null);
  }

  private takeRun(pod: SeenPod, container: string, restart: number, id: string | undefined, exitCode: number | null) {
    const containerId = id?.replace(/^\w+:\/\//, '');
    if (containerId === undefined || containerId === '') {
      return;
    }
    const before = this.runs.get(containerId);
    this.runs.set(containerId, {
      pod,
      container,
      restart: before?.restart ?? restart,
      containerId,
      exitCode: exitCode ?? before?.exitCode ?? null,
    });
  }
}
