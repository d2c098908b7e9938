import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatNs } from '../../model/time';

interface ContainerNames {
  namespace?: string;
  pod: string;
  uid?: string;
  container?: string;
  restart?: number;
}

/** Nanoseconds since 1970, so many seconds before now. */
export const secondsAgo = (seconds: number): bigint => BigInt(Date.now() - Math.round(seconds * 1000)) * 1_000_000n;

/** A line as a runtime writes it. */
export const criLine = (ns: bigint, text: string, stream = 'stdout', tag = 'F'): string =>
  `${formatNs(ns)} ${stream} ${tag} ${text}\n`;

/** A node's log directories, written as runtime and kubelet write them. */
export class SimulatedNode {
  readonly dir = mkdtempSync(join(tmpdir(), 'afterlog-node-'));
  readonly logs = join(this.dir, 'pods');
  readonly links = join(this.dir, 'containers');
  readonly state = join(this.dir, 'state');

  constructor() {
    mkdirSync(this.logs);
    mkdirSync(this.links);
  }

  container(names: ContainerNames): SimulatedContainer {
    return new SimulatedContainer(this, names);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** One run of one container: what it wrote, and where it lies. */
export class SimulatedContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly name: string;
  readonly uid: string;
  readonly restart: number;
  readonly directory: string;
  /** The contents of its lines, in order: no two are the same. */
  readonly written: string[] = [];
  /** The times of the same lines, nanoseconds since 1970, and their bytes in the file. */
  readonly times: bigint[] = [];
  readonly sizes: number[] = [];
  /** Bytes of its files, those included that are gone. */
  bytes = 0;
  private lastNs = 0n;
  private rotations = 0;
  private linkPath: string | null = null;
  private descriptor: number | null = null;

  constructor(
    private readonly node: SimulatedNode,
    { namespace = 'jobs', pod, uid = `uid-${pod}`, container = 'main', restart = 0 }: ContainerNames
  ) {
    this.namespace = namespace;
    this.pod = pod;
    this.uid = uid;
    this.name = container;
    this.restart = restart;
    this.directory = join(node.logs, `${namespace}_${pod}_${uid}`, container);
    mkdirSync(this.directory, { recursive: true });
  }

  get id(): string {
    return `${this.uid}/${this.name}/${this.restart}`;
  }

  get current(): string {
    return join(this.directory, `${this.restart}.log`);
  }

  /** Appends so many lines, a microsecond apart, the first `age` seconds old; without an age: now. */
  write(count: number, age = 0): this {
    let text = '';
    for (let i = 0; i < count; i++) {
      const now = secondsAgo(age);
      this.lastNs = now > this.lastNs ? now : this.lastNs + 1_000n;
      const content = `${this.pod} ${this.name} ${this.restart} line ${this.written.length}`;
      this.written.push(content);
      const line = criLine(this.lastNs, content, this.written.length % 7 === 0 ? 'stderr' : 'stdout');
      this.times.push(this.lastNs);
      this.sizes.push(line.length);
      text += line;
    }
    return this.append(text);
  }

  /** Appends bytes as they are; they are not among `written`. */
  append(bytes: string | Buffer, file = this.current): this {
    appendFileSync(file === this.current ? (this.descriptor ?? file) : file, bytes);
    this.bytes += Buffer.byteLength(bytes);
    return this;
  }

  /** Opens the current file as a runtime does: what is written goes there, whatever becomes of its name. */
  reopen(): this {
    this.release();
    this.descriptor = openSync(this.current, 'a');
    return this;
  }

  /** The container ended: the runtime closes its file. */
  release(): void {
    if (this.descriptor !== null) {
      closeSync(this.descriptor);
      this.descriptor = null;
    }
  }

  /** Renames the current file as the kubelet does and begins a new one. @returns the rotated file */
  rotate(): string {
    const time = `20260101-${String(100_000 + this.rotations++)}`;
    const rotated = `${this.current}.${time}`;
    renameSync(this.current, rotated);
    appendFileSync(this.current, '');
    return rotated;
  }

  /** The link that names the container's id. */
  link(containerId: string): this {
    this.linkPath = join(this.node.links, `${this.pod}_${this.namespace}_${this.name}-${containerId}.log`);
    symlinkSync(this.current, this.linkPath);
    return this;
  }

  /** Deletes its files and its link, as container GC does; the directory stays. */
  deleteFiles(): void {
    this.deleteByHand();
    this.unlink();
  }

  /** Deletes its files as somebody does who is not the kubelet, which has the container still. */
  deleteByHand(): void {
    for (const file of readdirSync(this.directory)) {
      rmSync(join(this.directory, file));
    }
  }

  /** Deletes the pod's directory and the link, as the kubelet does for a deleted pod. */
  deletePod(): void {
    rmSync(join(this.directory, '..'), { recursive: true });
    this.unlink();
  }

  /** Deletes the link that names the container's id, where there is one. */
  unlink(): void {
    if (this.linkPath !== null) {
      rmSync(this.linkPath, { force: true });
    }
  }
}
