import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, closeSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TICKS = 100; // USER_HZ of Linux

/**
 * Starts a shipper on a node's directory. Its own output goes to a file that is shown when it ends by itself.
 * @param {{ name: string, start: (node: object) => { command: string, args: string[], files?: Record<string, string> } }} shipper
 */
export function startShipper(shipper, node) {
  mkdirSync(node.own, { recursive: true });
  const { command, args, files = {} } = shipper.start(node);
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(node.own, name), text);
  }
  const output = join(node.own, 'output');
  const fd = openSync(output, 'w');
  const child = spawn(command, args, { stdio: ['ignore', fd, fd] });
  closeSync(fd);
  let asked = false;
  child.once('exit', (code) => {
    if (!asked) {
      console.error(`${shipper.name} ended by itself (${code}):\n${readFileSync(output, 'utf8').slice(-2000)}`);
      process.exit(1);
    }
  });
  return {
    usage: () => usageOf(child.pid),
    async stop() {
      asked = true;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** CPU seconds (user and system, all threads) and memory in MiB, now and at its highest. */
function usageOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mib = (key) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
  return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS, peakMiB: mib('VmHWM') };
}
