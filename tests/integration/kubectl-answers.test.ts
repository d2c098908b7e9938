import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseQuestion } from '../../model/lookup';

interface Answer {
  pod: string;
  container: string;
  rc: number;
  stdout: string;
  stderr: string;
}

const answers = readFileSync(join(__dirname, '../recording/disk-pressure-1.36/kubectl-logs.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Answer);
const texts = answers
  .map((answer) => ({ ...answer, text: answer.rc === 0 ? answer.stdout : answer.stderr }))
  .filter(({ rc, text }) => rc !== 0 || /^unable to retrieve/m.test(text));

describe('what kubectl 1.36 answered where it could not show a log', () => {
  test('was recorded', () => expect(texts.length).toBeGreaterThan(100));

  test.each(texts)('$text', ({ text, pod, container }) => {
    const { targets } = parseQuestion(text);
    expect(targets).toContainEqual(
      text.startsWith('unable')
        ? { kind: 'container', id: /[0-9a-f]{64}/.exec(text)?.[0] }
        : expect.objectContaining({ kind: 'pod', name: pod, container })
    );
  });
});
