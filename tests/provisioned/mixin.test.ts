import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

test('mixin/ holds what the app and the chart bring', () => {
  const script = join(__dirname, '../../scripts/render-mixin.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
