import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { request } from 'undici';
import { Presence } from './truth';
import { freePort } from '../testkit/http';

/** What the agent showed at one moment, beside what it took. */
export interface Sample {
  /** Between these two it was told: milliseconds since 1970. */
  askedAt: number;
  answeredAt: number;
  unacknowledgedBytes: number;
  atRiskBytes: number;
  lagSeconds: number;
  recordsPending: number;
  residentBytes: number;
  descriptors: number;
}

export interface AgentSettings {
  /** The command before the agent's arguments. */
  command: readonly string[];
  url: string;
  logs: string;
  links: string;
  docker: string;
  /** Where the state directory lies, … */
  stateParent: string;
  /** … and copies of it, which always find room. */
  keptParent: string;
  flags: Readonly<Record<string, string>>;
}

const START_MS = 20_000;
const RESTART_MS = 200;
const NO_ROOM = Buffer.alloc(4096);

/** Agents that run: none outlives this process. */
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** `afterlog agent` as a real process, over all its starts and ends. */
export class AgentUnderTest {
  readonly presence = new Presence();
  /** What it logged, over all its lives. */
  log = '';
  /** It ended although nobody ended it. */
  unexpectedEnds: string[] = [];
  private child: ChildProcess | null = null;
  private gone: Promise<unknown> = Promise.resolve();
  private paused = false;
  private ending = false;
  private diskFull = false;
  private keptAt = 0;
  private port = 0;
  private readonly state: string;
  private readonly kept: string;
  private readonly filler: string;
  private busy: Promise<void> = Promise.resolve();

  constructor(private readonly settings: AgentSettings) {
    this.state = join(settings.stateParent, 'state');
    this.kept = join(settings.keptParent, 'kept');
    this.filler = join(settings.stateParent, 'filler');
    mkdirSync(this.state, { recursive: true });
  }

  get running(): boolean {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Does one thing after the other, in the order they were asked for. */
  inTurn(step: () => Promise<void> | void): Promise<void> {
    this.busy = this.busy.then(step);
    return this.busy;
  }

  /** Starts it; again and again, as a kubelet does, where it ends for want of disk space. */
  async start(): Promise<void> {
    const endsBefore = this.unexpectedEnds.length;
    while (!this.running && this.unexpectedEnds.length === endsBefore) {
      await this.startOnce();
      await wait(this.running ? 0 : RESTART_MS);
    }
  }

  private async startOnce(): Promise<void> {
    this.port = await freePort();
    const { settings } = this;
    const flags = Object.entries({
      'loki.url': settings.url,
      'logs.dir': settings.logs,
      'logs.docker-dir': settings.docker,
      'containers.dir': settings.links,
      'state.dir': this.state,
      'disk.nodefs-dir': settings.logs,
      'disk.imagefs-dir': settings.logs,
      'node.name': 'n1',
      'cluster.name': 'c1',
      listen: `127.0.0.1:${this.port}`,
      ...settings.flags,
    }).flatMap(([name, value]) => [`--${name}`, value]);
    const [command = '', ...args] = settings.command;
    const child = spawn(command, [...args, 'agent', ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.child = child;
    running.add(child);
    this.ending = this.paused = false;
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      this.log += text;
    });
    this.gone = once(child, 'exit').then(() => {
      running.delete(child);
      this.presence.end(Date.now());
      if (!this.ending && !(this.diskFull && said.includes('ENOSPC'))) {
        this.unexpectedEnds.push(`exit code ${child.exitCode}, signal ${child.signalCode}: ${said.slice(-2000)}`);
      }
    });
    const end = Date.now() + START_MS;
    while (!said.includes('agent started') && this.running && Date.now() < end) {
      await wait(10);
    }
    if (this.running) {
      this.presence.begin(Date.now());
    }
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.running) {
      this.resume();
      this.ending = true;
      this.presence.suspend(Date.now()); // it looks at nothing any more, however long it takes to stop
      this.child?.kill(signal);
      await this.gone;
    }
  }

  pause(): void {
    if (this.running && !this.paused) {
      this.presence.pause(Date.now());
      this.child?.kill('SIGSTOP');
      this.paused = true;
    }
  }

  resume(): void {
    if (this.paused) {
      this.child?.kill('SIGCONT');
      this.presence.begin(Date.now());
      this.paused = false;
    }
  }

  keepState(): void {
    this.keptAt = Date.now();
    rmSync(this.kept, { recursive: true, force: true });
    cpSync(this.state, this.kept, { recursive: true });
  }

  restoreState(): void {
    if (!this.running && !this.diskFull && existsSync(this.kept)) {
      rmSync(this.state, { recursive: true, force: true });
      cpSync(this.kept, this.state, { recursive: true });
      this.presence.forget(this.keptAt, Date.now());
      rmSync(join(this.state, 'agent.lock'), { force: true });
    }
  }

  /** Takes all the room that is left on the disk of the state directory. */
  fillDisk(): void {
    this.diskFull = true;
    for (let blocks = 0; ; blocks++) {
      try {
        writeFileSync(this.filler, NO_ROOM, { flag: 'a' });
      } catch {
        return; // ENOSPC: that is what was wanted
      }
    }
  }

  freeDisk(): void {
    rmSync(this.filler, { force: true });
    this.diskFull = false;
  }

  /** What it shows now; null where it cannot be asked. */
  async sample(timeoutMs: number): Promise<Sample | null> {
    if (!this.running || this.paused || !this.child?.pid) {
      return null;
    }
    const askedAt = Date.now();
    try {
      const { body } = await request(`http://127.0.0.1:${this.port}/metrics`, {
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      const text = await body.text();
      const value = (name: string) => Number(new RegExp(`^afterlog_${name} (\\S+)$`, 'm').exec(text)?.[1]);
      const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
      return {
        askedAt,
        answeredAt: Date.now(),
        unacknowledgedBytes: value('unacknowledged_bytes'),
        atRiskBytes: value('at_risk_bytes'),
        lagSeconds: value('lag_seconds'),
        recordsPending: value('records_pending'),
        residentBytes: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024,
        descriptors: readdirSync(`/proc/${this.child.pid}/fd`).length,
      };
    } catch {
      return null; // it has just begun, or is about to end
    }
  }
}

/** Mounts a small file system of memory; false where that is not allowed here. */
export function mountSmallDisk(directory: string, size: string): boolean {
  mkdirSync(directory, { recursive: true });
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory], { stdio: 'ignore' });
  return status === 0;
}

export function unmount(directory: string): void {
  spawnSync('umount', ['-l', directory], { stdio: 'ignore' });
}
