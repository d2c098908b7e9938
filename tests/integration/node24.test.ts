import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { SimulatedNode } from '../testkit/simulated-node';
import { afterlog } from '../testkit/afterlog';
import { PROGRAM, RunningProgram } from '../testkit/processes';

/** The binary that tests/node24/package.json brings; the programs of the agent's node run on Linux. */
const findNode24 = () => join(dirname(require.resolve(`node-linux-${process.arch}/package.json`)), 'bin/node');

(process.platform === 'linux' ? describe : describe.skip)('the built program on Node.js 24', () => {
  const node = new SimulatedNode();
  afterAll(() => node.remove());

  test('is what runs here', () => {
    expect(execFileSync(findNode24(), ['--version'], { encoding: 'utf8' })).toMatch(/^v24\./);
  });

  test.each(['agent', 'watch', 'logs', 'cases', 'explain', 'doctor', 'store', 'demo'])('%s starts', async (command) => {
    const { code, stdout, stderr } = await afterlog([command, '--help'], { node: findNode24() });
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: expect.stringContaining(`afterlog ${command}`),
      stderr: '',
    });
  });

  test('ships a log to its own store and reads it back', async () => {
    const container = node.container({ pod: 'import-x7k2p' }).write(300, 60);
    const dataDir = join(node.dir, 'store');
    const flags = ['--listen', '127.0.0.1:0', '--data.dir', dataDir];
    const store = new RunningProgram([findNode24(), PROGRAM, 'store', ...flags]);
    try {
      const loki = ['--loki.url', String((await store.logs('serving')).url)];
      const agent = await afterlog(
        [
          ...['agent', '--once', ...loki, '--logs.dir', node.logs, '--containers.dir', node.links],
          ...['--state.dir', node.state, '--node.name', 'n1', '--cluster.name', 'c1'],
        ],
        { node: findNode24() }
      );
      expect(agent).toEqual(expect.objectContaining({ code: 0 }));
      const logs = await afterlog(['logs', container.pod, ...loki], { node: findNode24() });
      expect(logs.stdout.trimEnd().split('\n')).toEqual(container.written);
    } finally {
      await store.end();
    }
  });
});
