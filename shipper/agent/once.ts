import { excludedBy } from '../../model/log-status';
import type { ContainerRecord } from '../../model/records';
import type { AgentConfig } from '../config/agent-config';
import { jsonList } from '../common/json-list';
import type { Logger } from '../common/log';
import { terminalText } from '../common/terminal-text';
import { UserError } from '../common/user-error';
import { Agent } from './agent';

/**
 * Ships what lies on the node, waits until Loki has it, and prints the container records.
 * @param patienceMs how long to wait without any progress
 * @returns whether everything was delivered
 * @throws UserError
 */
export async function shipOnce(
  config: AgentConfig,
  logger: Logger,
  { patienceMs, output }: { patienceMs: number; output: 'table' | 'json' }
): Promise<boolean> {
  const agent = new Agent({ ...config, listen: '' }, { logger, once: true });
  await agent.start();
  if (agent.logsProblem !== null) {
    await agent.stop({ graceMs: 0 });
    throw new UserError(`--logs.dir ${config.logs.dir}: ${agent.logsProblem}`);
  }
  const stalled = watchProgress(agent, patienceMs);
  const delivered = await Promise.race([agent.settled().then(() => true), stalled.reached.then(() => false)]);
  const containerRecordsWritten =
    delivered &&
    (await Promise.race([agent.writeContainerRecords().then(() => true), stalled.reached.then(() => false)]));
  stalled.stop();
  const containerRecords = agent.containerRecords();
  const { unopened } = agent;
  await agent.stop({ graceMs: 0 });
  const shipped = containerRecords.filter(({ gaps }) => excludedBy(gaps) === null);
  const missing = shipped.filter(({ gaps, bytesAcked, bytesSeen }) => gaps.length > 0 || bytesAcked < bytesSeen);
  const isComplete = containerRecordsWritten && missing.length === 0 && unopened === null;
  const warnings = [
    ...(unopened === null ? [] : [unopened]),
    ...(isComplete
      ? []
      : [
          containerRecordsWritten
            ? `${missing.length} of ${shipped.length} logs are not complete in Loki`
            : `Loki acknowledged nothing for ${patienceMs / 1000} s; unsent logs stay on the node, run again to send them`,
        ]),
  ];
  const answer =
    output === 'json'
      ? jsonList('ContainerRecordList', containerRecords, { complete: isComplete, warnings })
      : table(containerRecords);
  process.stdout.write(terminalText(answer));
  warnings.forEach((warning) => process.stderr.write(terminalText(`afterlog: ${warning}\n`)));
  return isComplete;
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

const statusText = ({ status, gaps }: ContainerRecord) => (excludedBy(gaps) === null ? status : 'excluded');

function table(containerRecords: readonly ContainerRecord[]): string {
  const head = ['NAMESPACE', 'POD', 'CONTAINER', 'RESTART', 'LINES', 'BYTES', 'ACKNOWLEDGED', 'STATUS'];
  const rows = containerRecords.map((l) =>
    [l.namespace, l.pod, l.container, l.restart, l.linesAcked, l.bytesSeen, l.bytesAcked, statusText(l)].map(String)
  );
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `${cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('   ')
      .trimEnd()}\n`;
  return [head, ...rows].map(line).join('');
}
