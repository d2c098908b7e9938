import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { parseQuestion } from '../../model/lookup';

const answerSchema = z.object({
  ...{ pod: z.string(), container: z.string(), previous: z.boolean() },
  ...{ stdout: z.string(), stderr: z.string() },
});
const file = join(__dirname, '../recording/disk-pressure-1.36/kubectl-logs.jsonl');
const answers = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => answerSchema.parse(JSON.parse(line)));

/** What Kubernetes 1.36 answered where it could not show a log. */
const failures = answers.filter(({ stdout, stderr }) => stderr !== '' || /^unable to retrieve/m.test(stdout));

test('every failure of kubectl logs that was recorded names its container or its pod', () => {
  expect(failures.length).toBeGreaterThan(300);
  for (const { pod, container, previous, stdout, stderr } of failures) {
    const text = stderr || stdout.slice(stdout.lastIndexOf('unable to retrieve'));
    const [target] = parseQuestion(text).targets;
    const id = /:\/\/([0-9a-f]{64})/.exec(text)?.[1];
    expect(target).toEqual(
      id === undefined
        ? { kind: 'pod', name: pod, container, ...(previous && { previous: true }) }
        : { kind: 'container', id }
    );
  }
});
