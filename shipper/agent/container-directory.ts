import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../log';
import type { ContainerInstance } from '../../model/container-instance';
import { addGap } from './account';
import type { SavedContainer } from './checkpoint';
import type { ContainerLog, OpenFile } from './container-log';
import { LogFile } from './log-file';
import { byAge, parseLogFileName, type LogFileName, type PodDirectory } from './names';
import { movePosition } from './position';

interface Found extends LogFileName {
  path: string;
  ino: number;
}

export interface DirectoryDeps {
  logger: Logger;
  /** Directories that a log file may lie in after symlinks are followed. */
  roots: readonly string[];
  create: (instance: ContainerInstance, directory: string, saved: SavedContainer | undefined) => ContainerLog;
  /** Now as RFC 3339. */
  nowText: () => string;
  /** The container has something to read, was ended or left: whoever schedules looks at it. */
  changed: (container: ContainerLog) => void;
}

/** One container's log directory: which files belong to which run of the container, and what became of them. */
export class ContainerDirectory {
  readonly containers = new Map<number, ContainerLog>();
  private readonly refused = new Set<string>();
  mtimeMs = 0;

  constructor(
    readonly path: string,
    private readonly pod: PodDirectory,
    private readonly name: string,
    private readonly deps: DirectoryDeps,
    private readonly saved: Map<number, SavedContainer>
  ) {}

  /** Looks at the directory: opens new files, follows renamed ones, notes those that went. */
  scan(): void {
    const found = this.list();
    const restarts = [...new Set([...found.keys(), ...this.containers.keys(), ...this.saved.keys()])].sort(
      (a, b) => a - b
    );
    const newest = Math.max(...found.keys(), ...this.containers.keys());
    for (const restart of restarts) {
      const files = (found.get(restart) ?? []).sort(byAge);
      const container = this.containers.get(restart) ?? this.adopt(restart, files);
      if (container) {
        this.match(container, files, restart < newest);
        this.deps.changed(container);
      }
    }
  }

  /** The directory's log files by restart; none where the directory is gone. */
  private list(): Map<number, Found[]> {
    const found = new Map<number, Found[]>();
    let names: string[];
    try {
      this.mtimeMs = statSync(this.path).mtimeMs;
      names = readdirSync(this.path);
    } catch (error) {
      if (!isMissing(error)) {
        this.refuse(this.path, error);
      }
      return found;
    }
    for (const name of names) {
      const parsed = parseLogFileName(name);
      const path = join(this.path, name);
      if (!parsed) {
        continue;
      }
      try {
        const ino = statSync(path).ino;
        found.set(parsed.restart, [...(found.get(parsed.restart) ?? []), { ...parsed, path, ino }]);
      } catch (error) {
        if (!isMissing(error)) {
          this.refuse(path, error);
        }
      }
    }
    return found;
  }

  private adopt(restart: number, files: readonly Found[]): ContainerLog | undefined {
    const saved = this.saved.get(restart);
    this.saved.delete(restart);
    if (files.length === 0 && !saved) {
      return undefined;
    }
    const container = this.deps.create({ ...this.pod, container: this.name, restart }, this.path, saved);
    this.containers.set(restart, container);
    if (saved) {
      this.resume(container, saved, files);
    }
    return container;
  }

  /** Takes up what an earlier agent had acknowledged, and notes what went while none was there. */
  private resume(container: ContainerLog, saved: SavedContainer, files: readonly Found[]): void {
    const open = files.map((file) => this.open(container, file)).filter((file) => file !== undefined);
    const missing = saved.files.filter(({ hash, size, acked, firstTime, rotated }) => {
      const match = open.find(({ log }) => log.identity() === hash);
      if (match) {
        if (match.log.compressed || match.log.size >= acked.offset) {
          movePosition(match.log.read, acked);
          movePosition(match.log.acked, acked);
          match.firstTime = firstTime;
        } else {
          addGap(container.state, { reason: 'truncated', bytes: null, lines: null, from: null, to: null });
        }
        return false;
      }
      return !(open.some(({ log }) => log.compressed) && rotated === '' && size === acked.offset);
    });
    for (const { size, acked, rotated, hash, firstTime } of missing) {
      const bytes = size - acked.offset;
      const { state } = container;
      state.closed.push({
        ino: 0,
        rotated,
        hash,
        lines: acked.lines,
        bytes: acked.offset,
        from: firstTime,
        to: state.lastTime,
        onNode: false,
      });
      state.vanishedBytes += bytes;
      if (bytes > 0 || !state.ended) {
        // The file may have grown after the last look: then nobody can know by how much.
        const gap = { reason: 'gone-unread' as const, lines: null, from: state.lastTime, to: this.deps.nowText() };
        addGap(state, { ...gap, bytes: bytes > 0 ? bytes : null });
      }
    }
  }

  /** Holds the container's open files against what lies in the directory. */
  private match(container: ContainerLog, files: readonly Found[], superseded: boolean): void {
    const seen = new Set<OpenFile>();
    for (const found of files) {
      const file = container.files.find(
        ({ log, rotated }) => log.ino === found.ino || (rotated !== '' && rotated === found.rotated)
      );
      const closed = container.state.closed.find(
        ({ ino, rotated }) => ino === found.ino || (rotated !== '' && rotated === found.rotated)
      );
      if (file) {
        file.log.path = found.path;
        file.rotated = found.rotated;
        seen.add(file);
      } else if (closed) {
        closed.rotated = found.rotated;
        if (found.rotated === '' && statSync(found.path).size > closed.bytes) {
          container.state.closed.splice(container.state.closed.indexOf(closed), 1);
          this.reopen(container, found, closed);
        }
      } else {
        const opened = this.open(container, found);
        if (opened) {
          seen.add(opened);
        }
      }
    }
    for (const closed of container.state.closed) {
      closed.onNode &&= files.some(
        ({ ino, rotated }) => ino === closed.ino || (closed.rotated !== '' && closed.rotated === rotated)
      );
    }
    container.files.sort((a, b) =>
      byAge({ ...a, restart: 0, compressed: false }, { ...b, restart: 0, compressed: false })
    );
    for (const file of container.files) {
      this.look(file);
      file.log.gone ||= !seen.has(file);
      file.log.superseded ||= superseded || file !== container.files.at(-1);
    }
    if (superseded && !container.state.ended) {
      container.state.ended = true;
    }
    this.noteLeaving(container, files.length);
  }

  private noteLeaving(container: ContainerLog, filesOnNode: number): void {
    const { state } = container;
    if (filesOnNode === 0 && state.left === null && (container.files.length > 0 || state.closed.length > 0)) {
      state.left = { at: this.deps.nowText(), directory: 'unknown', bytesUnacked: container.unacked };
      state.ended = true;
    }
  }

  /** Size and truncation of an open file. */
  private look(file: OpenFile): void {
    const { log } = file;
    if (log.compressed) {
      return;
    }
    const { size } = log.look();
    if (size < log.read.offset) {
      this.deps.logger.warn('a log file was truncated: reading it from its start', { file: log.path });
      log.forgetIdentity();
      movePosition(log.read, { ...log.read, offset: 0, skip: 0 });
      movePosition(log.acked, { ...log.acked, offset: 0, skip: 0 });
      log.size = size;
    }
    if (size > log.size || log.grewAt === 0) {
      log.grewAt = performance.now();
    }
    log.size = Math.max(log.size, size);
  }

  private reopen(
    container: ContainerLog,
    found: Found,
    closed: { bytes: number; lines: number; from: string | null }
  ): void {
    const opened = this.open(container, found);
    if (opened) {
      const position = { ...opened.log.acked, offset: closed.bytes, lines: closed.lines };
      movePosition(opened.log.read, position);
      movePosition(opened.log.acked, position);
      opened.firstTime = closed.from;
    }
  }

  private open(container: ContainerLog, found: Found): OpenFile | undefined {
    const existing = container.files.find(({ log }) => log.ino === found.ino);
    if (existing) {
      return existing;
    }
    try {
      const log = LogFile.open(found.path, this.deps.roots);
      log.grewAt = performance.now();
      const file = { log, rotated: found.rotated, parser: null, firstTime: null };
      container.files.push(file);
      this.refused.delete(found.path);
      return file;
    } catch (error) {
      if (!isMissing(error)) {
        this.refuse(found.path, error);
      }
      return undefined;
    }
  }

  private refuse(path: string, error: unknown): void {
    if (!this.refused.has(path)) {
      this.refused.add(path);
      this.deps.logger.error('cannot read', { path, error: error instanceof Error ? error.message : String(error) });
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
