import type { ContainerRecord } from '../../model/records';
import type { AgentConfig } from '../config/agent-config';
import { duration } from '../config/units';
import type { Logger } from '../common/log';
import { terminalText } from '../common/terminal-text';
import { UserError } from '../common/user-error';
import { Agent } from './agent';

/**
 * Ships what lies on the node, waits until Loki has it, and prints the container records.
 * @param patience how long to wait without any progress, e.g. `60s`
 * @returns the exit code: 1 if anything could not be delivered
 * @throws UserError
 */
export async function shipOnce(config: AgentConfig, logger: Logger, patience: string, format: string): Promise<number> {
  const patienceMs = duration.safeParse(patience);
  if (!patienceMs.success) {
    throw new UserError(`--once.timeout: "${patience}" is no duration; write for example 60s`);
  }
  if (format !== 'table' && format !== 'json') {
    throw new UserError(`-o ${format}: there are table and json`);
  }
  const agent = new Agent({ ...config, listen: '' }, { logger, once: true });
  await agent.start();
  if (agent.logsProblem !== null) {
    await agent.stop({ graceMs: 0 });
    throw new UserError(`--logs.dir ${config.logs.dir}: ${agent.logsProblem}`);
  }
  const stalled = watchProgress(agent, patienceMs.data);
  const delivered = await Promise.race([agent.settled().then(() => true), stalled.reached.then(() => false)]);
  const containerRecordsWritten =
    delivered &&
    (await Promise.race([agent.writeContainerRecords().then(() => true), stalled.reached.then(() => false)]));
  stalled.stop();
  const containerRecords = agent.containerRecords();
  const { unopened } = agent;
  await agent.stop({ graceMs: 0 });
  const answer = format === 'json' ? `${JSON.stringify(containerRecords, null, 2)}\n` : table(containerRecords);
  process.stdout.write(terminalText(answer));
  const missing = containerRecords.filter(
    ({ gaps, bytesAcked, bytesSeen }) => gaps.length > 0 || bytesAcked < bytesSeen
  );
  if (unopened !== null) {
    process.stderr.write(`afterlog: ${unopened}\n`);
  }
  if (!containerRecordsWritten || missing.length > 0 || unopened !== null) {
    process.stderr.write(
      containerRecordsWritten
        ? `afterlog: ${missing.length} of ${containerRecords.length} logs are not complete in Loki\n`
        : `afterlog: Loki acknowledged nothing for ${patience}; what is missing stays on the node, run again to send it\n`
    );
    return 1;
  }
  return 0;
}

function watchProgress(agent: Agent, patienceMs: number): { reached: Promise<void>; stop: () => void } {
  let least = Infinity;
  let since = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const reached = new Promise<void>((resolve) => {
    timer = setInterval(() => {
      const { unacked } = agent;
      if (unacked < least) {
        least = unacked;
        since = performance.now();
      } else if (performance.now() - since > patienceMs) {
        resolve();
      }
    }, 250);
  });
  return { reached, stop: () => clearInterval(timer) };
}

function table(containerRecords: readonly ContainerRecord[]): string {
  const head = ['NAMESPACE', 'POD', 'CONTAINER', 'RESTART', 'LINES', 'BYTES', 'ACKNOWLEDGED', 'STATUS'];
  const rows = containerRecords.map((l) =>
    [l.namespace, l.pod, l.container, l.restart, l.linesAcked, l.bytesSeen, l.bytesAcked, l.status].map(String)
  );
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `${cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('   ')
      .trimEnd()}\n`;
  return [head, ...rows].map(line).join('');
}
