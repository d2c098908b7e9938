import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseQuestion } from '../../model/lookup';

/** On the recorded node `kubectl logs` was asked for the 20 pods of `hello` after the kubelet had deleted them. */
describe('the paste of a recorded kubelet log', () => {
  const log = readFileSync(join(__dirname, '../recording/disk-pressure/kubelet/kubelet.log'), 'utf8');
  const asked = log.split('\n').filter((line) => /^E1123 23:16:(29|30|31).*ContainerStatus/.test(line));

  it('names the 20 containers that were asked for', () => {
    const { targets } = parseQuestion(asked.join('\n'));
    expect(targets.filter(({ kind }) => kind === 'container')).toHaveLength(20);
  });

  it('names them as well from the 20 messages that kubectl ran together', () => {
    const { targets } = parseQuestion(asked.join('\n'));
    const messages = targets.map(
      (target) => `unable to retrieve container logs for containerd://${'id' in target ? target.id : ''}`
    );
    expect(parseQuestion(messages.join('')).targets).toEqual(targets);
  });
});
