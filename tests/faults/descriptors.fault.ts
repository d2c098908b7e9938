import { readdirSync } from 'node:fs';
import { request } from 'undici';
import { until } from '../integration/agent-harness';
import { expectComplete } from './account';
import { faultBed } from './bed';

const bed = faultBed();

test('300 containers under a limit of 64 descriptors: all lines arrive, and the status page answers', async () => {
  const containers = Array.from({ length: 300 }, (_, i) => bed.container({ pod: `many-${i}` }).write(20));
  const listen = 20_000 + (process.pid % 20_000);
  const agent = await bed.startProcess(['--listen', `127.0.0.1:${listen}`], ['prlimit', '--nofile=64:64']);
  for (const container of containers) {
    await bed.arrived(container);
    container.write(5);
  }
  for (const container of containers) {
    await bed.arrived(container);
  }
  const metrics = await (await request(`http://127.0.0.1:${listen}/metrics`)).body.text();
  expect(Number(/^afterlog_open_files (\d+)/m.exec(metrics)?.[1])).toBeLessThanOrEqual(20);
  expect(readdirSync(`/proc/${agent.pid}/fd`).length).toBeLessThan(64);
  await until('acknowledged', async () => {
    const text = await (await request(`http://127.0.0.1:${listen}/metrics`)).body.text();
    return /^afterlog_unacknowledged_bytes 0$/m.test(text);
  });
  containers.forEach((container) => container.deletePod());
  await expectComplete(bed.store, containers.slice(0, 40));
  expect(agent.log).not.toContain('EMFILE');
}, 120_000);
