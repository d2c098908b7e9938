import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ContainerAction, ContainerPlan, Shape } from './script';
import type { FileTruth, RunTruth } from './truth';
import { LogText } from './log-text';

export interface NodeDirectories {
  /** The kubelet's log directory, … */
  logs: string;
  /** … that of the links that name container ids, … */
  links: string;
  /** … and Docker's. */
  docker: string;
}

const NAMESPACE = 'world';
const ROTATION_EPOCH_MS = Date.UTC(2026, 0, 1);
/** The kubelet looks at logs every 10 s: no two rotations have the same second in their names. */
const ROTATION_STEP_MS = 10_000;

/** One log file as runtime and kubelet know it: name, and what is in it. */
interface NamedFile {
  path: string;
  truth: FileTruth;
}

/** One run of the container that is on the node. */
interface LiveRun {
  truth: RunTruth;
  containerId: string;
  /** Rotated files, oldest first. */
  rotated: NamedFile[];
  /** The file under the current name; null between rename and reopening, and after a removal by hand. */
  current: NamedFile | null;
  /** What the runtime writes to, whatever its name. */
  open: { fd: number; truth: FileTruth } | null;
}

/**
 * One container as its runtime and its kubelet handle it
 * (kubernetes/kubernetes `pkg/kubelet/logs/container_log_manager.go`, `pkg/kubelet/kuberuntime/kuberuntime_gc.go`;
 * moby/moby `daemon/logger/loggerutils/logfile.go`): the real files, and the truth about them.
 */
export class RuntimeContainer {
  readonly truths: RunTruth[] = [];
  private readonly podUid: string;
  private readonly pod: string;
  private readonly podDirectory: string;
  private readonly directory: string;
  private readonly text: LogText;
  private runs: LiveRun[] = [];
  private restarts = 0;
  private rotations = 0;
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly plan: ContainerPlan,
    private readonly node: NodeDirectories,
    world: string
  ) {
    this.pod = `${world}-${plan.name}`;
    this.podUid = `uid-${this.pod}`;
    this.podDirectory = join(node.logs, `${NAMESPACE}_${this.pod}_${this.podUid}`);
    this.directory = join(this.podDirectory, plan.name);
    this.text = new LogText(plan.format);
  }

  apply(action: ContainerAction): void {
    const live = this.runs.at(-1);
    switch (action.do) {
      case 'start':
      case 'return':
        if (!live?.open) {
          this.start();
        }
        return;
      case 'write':
        if (live?.open) {
          this.write(live, action.shape);
        }
        return;
      case 'rotate':
        if (live?.open && live.current) {
          this.rotate(live);
        }
        return;
      case 'end':
        this.end(live);
        return;
      case 'restart':
        if (live?.open) {
          this.end(live);
          this.restarts++;
          this.start();
          this.runs.slice(0, -2).forEach((run) => this.deleteFiles(run));
        }
        return;
      case 'delete-files':
        this.end(live);
        this.runs.forEach((run) => this.deleteFiles(run));
        return;
      case 'delete-pod':
        this.end(live);
        this.deletePod();
        return;
      case 'remove-by-hand':
        if (live?.open) {
          this.removeByHand(live, action.reopenMs);
        }
        return;
      case 'truncate':
        if (live?.open && live.current) {
          this.truncate(live, live.current);
        }
    }
  }

  /** Ends all writing that is still due; files stay. */
  stop(): void {
    this.timers.forEach((timer) => clearTimeout(timer));
    const live = this.runs.at(-1);
    if (live?.open) {
      closeSync(live.open.fd);
      live.open = null;
    }
  }

  private start(): void {
    mkdirSync(this.directory, { recursive: true });
    const truth: RunTruth = {
      container: this.plan.name,
      habit: this.plan.habit,
      namespace: NAMESPACE,
      pod: this.pod,
      podUid: this.podUid,
      restart: this.restarts,
      startedAt: Date.now(),
      endedAt: null,
      leftAt: null,
      leftAmidRotation: false,
      units: [],
      files: [],
    };
    this.truths.push(truth);
    const containerId = createHash('sha256').update(`${this.pod} ${this.truths.length}`).digest('hex');
    const run: LiveRun = { truth, containerId, rotated: [], current: null, open: null };
    this.runs.push(run);
    this.openCurrent(run);
    symlinkSync(join(this.directory, `${this.restarts}.log`), this.linkOf(run));
  }

  private linkOf({ containerId }: LiveRun): string {
    return join(this.node.links, `${this.pod}_${NAMESPACE}_${this.plan.name}-${containerId}.log`);
  }

  private currentPath({ truth, containerId }: LiveRun): string {
    return this.plan.format === 'cri'
      ? join(this.directory, `${truth.restart}.log`)
      : join(this.node.docker, containerId, `${containerId}-json.log`);
  }

  private openCurrent(run: LiveRun): void {
    const path = this.currentPath(run);
    if (this.plan.format === 'docker' && run.truth.files.length === 0) {
      mkdirSync(join(path, '..'), { recursive: true });
    }
    const truth: FileTruth = { madeAt: Date.now(), goneAt: null, truncated: false };
    if (run.open) {
      closeSync(run.open.fd);
    }
    run.open = { fd: openSync(path, 'a'), truth };
    if (this.plan.format === 'docker' && run.truth.files.length === 0) {
      symlinkSync(path, join(this.directory, `${run.truth.restart}.log`));
    }
    run.truth.files.push(truth);
    run.current = { path, truth };
  }

  private write(run: LiveRun, shape: Shape): void {
    const { open, truth } = run;
    if (!open) {
      return;
    }
    if (shape.kind === 'hole') {
      ftruncateSync(open.fd, fstatSync(open.fd).size + shape.bytes);
      return;
    }
    const { bytes, units } = this.text.render(shape);
    writeSync(open.fd, bytes);
    const writtenAt = Date.now();
    for (const unit of units) {
      truth.units.push({ ...unit, writtenAt, file: open.truth, ackedAt: Infinity });
    }
  }

  private end(run: LiveRun | undefined): void {
    if (run?.open) {
      closeSync(run.open.fd);
      run.open = null;
      run.truth.endedAt = Date.now();
      this.timers.forEach((timer) => clearTimeout(timer));
      this.timers.clear();
    }
  }

  private later(ms: number, step: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      step();
    }, ms);
    this.timers.add(timer);
  }

  private rotate(run: LiveRun): void {
    if (this.plan.format === 'docker') {
      this.rotateAsDocker(run);
      return;
    }
    const { current } = run;
    if (current === null) {
      return;
    }
    while (run.rotated.length > Math.max(0, this.plan.maxFiles - 2)) {
      this.forget(run.rotated.shift());
    }
    for (const file of run.rotated) {
      compress(file);
    }
    const time = new Date(ROTATION_EPOCH_MS + this.rotations++ * ROTATION_STEP_MS).toISOString();
    const name = time.replace(/^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+).*$/, '$1$2$3-$4$5$6');
    const path = `${current.path}.${name}`;
    renameSync(current.path, path);
    run.rotated.push({ path, truth: current.truth });
    run.current = null;
    // Until the runtime has reopened its log it writes to the renamed file.
    this.later(this.plan.reopenMs, () => this.openCurrent(run));
  }

  /** Docker renames and opens under one lock: nothing is written in between. */
  private rotateAsDocker(run: LiveRun): void {
    const base = this.currentPath(run);
    while (run.rotated.length > Math.max(0, this.plan.maxFiles - 2)) {
      this.forget(run.rotated.shift());
    }
    for (const [index, file] of run.rotated.entries()) {
      const path = `${base}.${run.rotated.length - index + 1}`;
      renameSync(file.path, path);
      file.path = path;
    }
    if (run.current) {
      renameSync(base, `${base}.1`);
      run.rotated.push({ path: `${base}.1`, truth: run.current.truth });
    }
    this.openCurrent(run);
  }

  private forget(file: NamedFile | undefined): void {
    if (file) {
      rmSync(file.path, { force: true });
      file.truth.goneAt = Date.now();
    }
  }

  private deleteFiles(run: LiveRun): void {
    run.rotated.forEach((file) => this.forget(file));
    this.forget(run.current ?? undefined);
    rmSync(this.linkOf(run), { force: true }); // after the files: kuberuntime_container.go, removeContainerLog
    if (this.plan.format === 'docker') {
      rmSync(join(this.node.docker, run.containerId), { recursive: true, force: true });
      rmSync(join(this.directory, `${run.truth.restart}.log`), { force: true });
    }
    this.left(run);
  }

  private left(run: LiveRun): void {
    const now = Date.now();
    run.truth.files.forEach((file) => (file.goneAt ??= now));
    run.truth.leftAt ??= now;
    run.truth.leftAmidRotation ||= run.current === null && run.rotated.length > 0;
    this.runs = this.runs.filter((one) => one !== run);
  }

  private deletePod(): void {
    const gone = [...this.runs];
    for (const run of gone) {
      rmSync(this.linkOf(run), { force: true });
      if (this.plan.format === 'docker') {
        rmSync(join(this.node.docker, run.containerId), { recursive: true, force: true });
      }
    }
    rmSync(this.podDirectory, { recursive: true, force: true });
    gone.forEach((run) => this.left(run));
    this.restarts = 0;
  }

  /** The runtime goes on writing to the deleted file until the kubelet's next look. */
  private removeByHand(run: LiveRun, reopenMs: number): void {
    run.rotated.splice(0).forEach((file) => this.forget(file));
    this.forget(run.current ?? undefined);
    run.current = null;
    this.timers.forEach((timer) => clearTimeout(timer));
    this.timers.clear();
    this.later(reopenMs, () => {
      if (existsSync(this.directory)) {
        this.openCurrent(run);
      }
    });
  }

  private truncate(run: LiveRun, current: NamedFile): void {
    truncateSync(current.path);
    current.truth.goneAt = Date.now();
    current.truth.truncated = true;
    const truth: FileTruth = { madeAt: Date.now(), goneAt: null, truncated: false };
    run.truth.files.push(truth);
    run.current = { path: current.path, truth };
    if (run.open) {
      run.open.truth = truth;
    }
  }
}

/** As the kubelet does: beside the file, then renamed, then the file itself goes. */
function compress(file: NamedFile): void {
  if (file.path.endsWith('.gz')) {
    return;
  }
  const copy = `${file.path}.gz`;
  writeFileSync(`${file.path}.tmp`, gzipSync(readFileSync(file.path)));
  renameSync(`${file.path}.tmp`, copy);
  unlinkSync(file.path);
  file.path = copy;
}
