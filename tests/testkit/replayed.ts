import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import winston from 'winston';
import { startStore } from '../../pocket-loki';
import { CaseLeader } from '../../shipper/cases/case-leader';
import { connectLoki } from '../../shipper/loki/connection';
import { QueryClient } from '../../shipper/loki/query-client';
import { RecordWriter } from '../../shipper/loki/record-writer';
import type { CaseJson as Case } from '../../shipper/lookup/case-text';
import { startTestStore } from './store';
import { itemsOf } from './json-list';

const run = promisify(execFile);
const logger = winston.createLogger({ silent: true });
/** A replay takes as long as the machine needs for it: this only ends one that hangs. */
export const PATIENCE_MS = 600_000;
const program = join(__dirname, '../../build/afterlog.js');
const afterlog = (...args: string[]) => run(process.execPath, [program, ...args], { maxBuffer: 64 * 1024 * 1024 });

/** What a replay left in its store, asked with the built program. */
export class Replayed {
  cases: Case[] = [];
  report = '';
  private store: { url: string; close(): Promise<void> } | undefined;
  private dir = '';

  async play(...flags: string[]): Promise<void> {
    await this.demo('--store.listen', '127.0.0.1:0', ...flags);
    this.store = await startStore({ dir: join(this.dir, 'demo', 'store'), port: 0 });
    await this.read(this.store.url);
  }

  /** The same with a Loki that is there already: a real one, where there is one (`LOKI_BIN`). */
  async playInto(...flags: string[]): Promise<void> {
    await this.playAt(await startTestStore(), ...flags);
  }

  /** The same with this Loki, that ends with the replay. */
  async playAt(store: { url: string; close(): Promise<void> }, ...flags: string[]): Promise<void> {
    this.store = store;
    await this.demo('--loki.url', store.url, ...flags);
    await this.read(store.url);
  }

  /** The address of the store, or of the Loki. */
  get url(): string {
    return this.store?.url ?? '';
  }

  /** Once more into the same store. */
  async playAgain(...flags: string[]): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
    await this.demo('--loki.url', this.store?.url ?? '', ...flags);
    await this.read(this.store?.url ?? '');
  }

  private async demo(...flags: string[]): Promise<void> {
    this.dir = await mkdtemp(join(tmpdir(), 'afterlog-demo-cases-'));
    const demo = ['demo', '--data.dir', join(this.dir, 'demo'), '--agent.listen', '127.0.0.1:0'];
    // It fails with another exit code than 0, that is: when a line is missing and no case says so.
    this.report = (await afterlog(...demo, '--speed', '100', '--exit', ...flags)).stdout;
  }

  private async read(url: string): Promise<void> {
    const { stdout } = await afterlog('cases', '-o', 'json', '--loki.url', url);
    this.cases = z.array(z.custom<Case>()).parse(itemsOf(stdout));
  }

  /** The cases of a time range, in milliseconds since 1970. */
  async within(from: number, to: number): Promise<Case[]> {
    const range = ['--from', new Date(from).toISOString(), '--to', new Date(to).toISOString()];
    const { stdout } = await afterlog('cases', '-o', 'json', '--loki.url', this.store?.url ?? '', ...range);
    return z.array(z.custom<Case>()).parse(itemsOf(stdout));
  }

  /**
   * The same cases as a watch has written them, from case records. The demo's watch ended with the agent, whose last words
   * came after its last round: they are worked in by the next leader.
   * @param aheadMs by which that leader's clock is ahead: the newest two minutes are written once they are over
   */
  async listed(aheadMs = 0): Promise<Array<Partial<Case>>> {
    const url = this.store?.url ?? '';
    const connection = connectLoki({ url });
    const writer = new RecordWriter(connection, { logger });
    const loki = new QueryClient(connection);
    const now = () => BigInt(Date.now() + aheadMs) * 1_000_000n;
    await new CaseLeader({ loki, writer, cluster: 'demo', logger, now }).round(new AbortController().signal);
    await writer.close(1000);
    await connection.close();
    const { stdout } = await afterlog('cases', '-o', 'json', '--no-evidence', '--loki.url', url);
    return z.array(z.custom<Partial<Case>>()).parse(itemsOf(stdout));
  }

  async capacity(...flags: string[]): Promise<string> {
    return (await afterlog('capacity', '--since', '12h', '--loki.url', this.store?.url ?? '', ...flags)).stdout;
  }

  /** The node under other settings. */
  async under(settings: string): Promise<unknown> {
    const [review] = itemsOf(await this.capacity('-o', 'json', '--what-if', settings));
    return z.object({ whatIf: z.object({ nodes: z.array(z.unknown()).length(1) }) }).parse(review).whatIf.nodes[0];
  }

  async explain(pod: string): Promise<string> {
    return (await afterlog('explain', pod, '-n', 'job-test', '--loki.url', this.store?.url ?? '')).stdout;
  }

  async close(): Promise<void> {
    await this.store?.close();
    await rm(this.dir, { recursive: true, force: true });
  }
}
