import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { formatNs } from '../../model/time';
import { finalContainerRecord, storedOf } from './agent-harness';
import { until } from '../testkit/until';
import { secondsAgo, type SimulatedContainer } from '../testkit/simulated-node';
import { agentScene } from './agent-scene';

const scene = agentScene();
/** No rescan within the time of a test. */
const NEVER = 3_600_000;

/** A container of Docker: its log lies in Docker's directory, and the kubelet's file is a link to it. */
class DockerContainer {
  readonly run: SimulatedContainer;
  readonly directory: string;
  readonly written: string[] = [];
  private lastNs = 0n;

  constructor(data: string, pod: string) {
    const id = 'd'.repeat(64);
    this.run = scene.node.container({ pod });
    this.directory = join(data, 'containers', id);
    mkdirSync(this.directory, { recursive: true });
    writeFileSync(this.current, '');
    symlinkSync(this.current, this.run.current);
  }

  get current(): string {
    return join(this.directory, `${'d'.repeat(64)}-json.log`);
  }

  write(count: number, text?: string): this {
    for (let i = 0; i < count; i++) {
      const now = secondsAgo(0);
      this.lastNs = now > this.lastNs ? now : this.lastNs + 1_000n;
      const line = text ?? `${this.run.pod} line ${this.written.length}`;
      this.written.push(line);
      appendFileSync(
        this.current,
        `${JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: formatNs(this.lastNs) })}\n`
      );
    }
    return this;
  }

  /** As Docker's json-file driver does with max-file. */
  rotate(): void {
    for (let n = 3; n >= 1; n--) {
      rename(`${this.current}.${n}`, `${this.current}.${n + 1}`);
    }
    renameSync(this.current, `${this.current}.1`);
    writeFileSync(this.current, '');
  }

  async arrived(): Promise<void> {
    await until('all lines are stored', async () => (await this.stored()).length >= this.written.length);
    expect(await this.stored()).toEqual(this.written);
  }

  async stored(): Promise<string[]> {
    return (await storedOf(scene.store, this.run)).map(({ line }) => line);
  }
}

function rename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    // no such file yet
  }
}

function config(data: string) {
  const settings = scene.config({ rescan: { interval: NEVER } });
  settings.logs['docker-dir'] = join(data, 'containers');
  return settings;
}

test("growth behind the kubelet's link, and Docker's own rotation, are noticed without a rescan", async () => {
  const data = join(scene.node.dir, 'docker');
  const docker = new DockerContainer(data, 'old-0').write(20);
  const { agent } = await scene.start(config(data));
  await docker.arrived();
  for (let round = 0; round < 3; round++) {
    docker.write(20);
    await docker.arrived();
    docker.write(5).rotate();
    docker.write(20);
    await docker.arrived();
  }
  expect(agent.containerRecords()).toMatchObject([{ linesAcked: docker.written.length, gaps: [], left: null }]);
});

test('files that Docker rotated while no agent was there are read, compressed ones, too, and each line once', async () => {
  const data = join(scene.node.dir, 'docker');
  const docker = new DockerContainer(data, 'old-1').write(30);
  const first = await scene.start(config(data));
  await docker.arrived();
  await until('acknowledged', () => first.agent.unacked === 0);
  await scene.agents.stop(first.agent);
  docker.write(10).rotate();
  docker.write(15).rotate();
  docker.write(5);
  const { agent } = await scene.start(config(data));
  await docker.arrived();
  await until('acknowledged', () => agent.unacked === 0);
  const oldest = `${docker.current}.2`;
  writeFileSync(`${oldest}.gz`, gzipSync(readFileSync(oldest)));
  rmSync(oldest);
  docker.write(5);
  await docker.arrived();
  await until('all is known of the compressed one', () => agent.unacked === 0);
  expect(agent.containerRecords()).toMatchObject([{ linesAcked: 65, gaps: [] }]);
});

test('a json-file log that is cut short between two rescans is read from its start, and what was not read is a gap', async () => {
  const data = join(scene.node.dir, 'docker');
  const docker = new DockerContainer(data, 'cut-0').write(50);
  const { agent, said } = await scene.start(config(data));
  await docker.arrived();
  await until('acknowledged', () => agent.unacked === 0);
  truncateSync(docker.current);
  await until('it is noticed', () => said().includes('truncated'));
  docker.write(10);
  await docker.arrived();
});

test('json-file logs in which every line is the same are distinguished, rotated and emptied', async () => {
  const data = join(scene.node.dir, 'docker');
  const text = 'x'.repeat(200);
  const docker = new DockerContainer(data, 'same-0').write(5, text);
  const { agent } = await scene.start(config(data));
  for (let round = 0; round < 4; round++) {
    await docker.arrived();
    docker.rotate();
    docker.write(5, text);
  }
  for (let round = 0; round < 3; round++) {
    await docker.arrived();
    await until('acknowledged', () => agent.unacked === 0);
    truncateSync(docker.current);
    docker.write(5, text);
  }
  await docker.arrived();
  const { gaps = [] } = agent.containerRecords()[0] ?? {};
  expect(gaps.map(({ reason, bytes }) => [reason, bytes])).toEqual(Array(3).fill(['truncated', null]));
});

test("Docker's data directory may be a symlink, and the log directory, too", async () => {
  const real = join(scene.node.dir, 'big-disk', 'docker');
  const link = join(scene.node.dir, 'docker');
  mkdirSync(real, { recursive: true });
  symlinkSync(real, link);
  const docker = new DockerContainer(link, 'linked-0').write(20);
  const settings = config(link);
  settings.logs.dir = join(scene.node.dir, 'pods-link');
  symlinkSync(scene.node.logs, settings.logs.dir);
  const plain = scene.node.container({ pod: 'plain-0' }).write(10);
  const { agent } = await scene.start(settings);
  await docker.arrived();
  await scene.acknowledged(agent, plain);
  docker.write(5).rotate();
  docker.write(5);
  await docker.arrived();
});

test('a json-file log that somebody removed is read as soon as it is there again, by the next agent, too', async () => {
  const data = join(scene.node.dir, 'docker');
  const docker = new DockerContainer(data, 'again-0').write(5);
  const first = await scene.start(config(data));
  await docker.arrived();
  await until('acknowledged', () => first.agent.unacked === 0);
  rmSync(docker.current);
  await until('it is missed', () => first.agent.containerRecords()[0]?.left !== null);
  await scene.agents.stop(first.agent);
  const { agent } = await scene.start(config(data));
  await until('the link is seen', () => /which is not there/.test(agent.problem ?? ''));
  await agent.settled(); // no look of the start finds it
  docker.write(20);
  await docker.arrived();
});

test("a log that Docker deletes, and the kubelet's link after it, leaves complete", async () => {
  const data = join(scene.node.dir, 'docker');
  const docker = new DockerContainer(data, 'removed-0').write(20);
  await scene.start(config(data));
  await docker.arrived();
  rmSync(docker.directory, { recursive: true });
  rmSync(docker.run.current);
  expect(await finalContainerRecord(scene.store, docker.run)).toMatchObject({
    status: 'complete',
    linesAcked: 20,
    gaps: [],
  });
});

test('links whose targets are not there are reported as logs that cannot be opened', async () => {
  const container = scene.node.container({ pod: 'nowhere-0' });
  symlinkSync('/var/lib/docker/containers/none/none-json.log', container.current);
  const { agent } = await scene.start();
  expect(agent.problem).toMatch(/0\.log: it leads to \/var\/lib\/docker\/.*, which is not there/);
  rmSync(container.current);
  await until('it is nobody’s problem any more', () => !/which is not there/.test(agent.problem ?? ''));
});
