// What Node.js itself takes for the system calls of an agent at rest: two file systems looked at each second, and with
// each rescan a stat(2) of every pod's and container's directory and of every open file. Nothing else.
import { fstatSync, openSync, readdirSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';

const RESCAN_MS = 30_000;
const [logs] = process.argv.slice(2);
const places = readdirSync(logs).map((name) => {
  const pod = join(logs, name);
  const container = join(pod, 'main');
  return { pod, container, fd: openSync(join(container, '0.log')) };
});
setInterval(() => void Promise.all([statfs(logs), statfs(logs)]), 1_000);
setInterval(() => {
  for (const { pod, container, fd } of places) {
    statSync(pod);
    statSync(container);
    fstatSync(fd);
  }
}, RESCAN_MS);
