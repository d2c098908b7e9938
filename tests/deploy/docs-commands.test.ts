import { type Command, CommanderError } from 'commander';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import * as z from 'zod';
import { agentCommand } from '../../shipper/commands/agent';
import { capacityCommand } from '../../shipper/commands/capacity';
import { casesCommand } from '../../shipper/commands/cases';
import { completionCommand } from '../../shipper/commands/completion';
import { demoCommand } from '../../shipper/commands/demo';
import { doctorCommand } from '../../shipper/commands/doctor';
import { explainCommand } from '../../shipper/commands/explain';
import { logsCommand } from '../../shipper/commands/logs';
import { storeCommand } from '../../shipper/commands/store';
import { watchCommand } from '../../shipper/commands/watch';
import { examplesOf } from '../../shipper/config/command';
import { afterlog } from '../testkit/afterlog';
import { startTestStore, type TestStore } from '../testkit/store';

// Every command of the documentation and of the help is one that the program takes. Those that read are run.
const root = join(__dirname, '../..');
const MAKERS: Readonly<Record<string, () => Command>> = {
  ...{ agent: agentCommand, watch: watchCommand, logs: logsCommand, cases: casesCommand, explain: explainCommand },
  ...{ capacity: capacityCommand, doctor: doctorCommand, store: storeCommand, demo: demoCommand },
  completion: completionCommand,
};
const READING = ['logs', 'cases', 'explain', 'capacity'];

interface Documented {
  file: string;
  /** As it is written, without `afterlog`. */
  text: string;
  words: string[];
  /** Named in a sentence, perhaps without what follows. */
  isMention: boolean;
}

function markdownFiles(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Lines of code blocks and inline code that begin with the program, as far as they are a command. */
function commandsOf(file: string): Documented[] {
  const content = readFileSync(file, 'utf8');
  const blocks = [...content.matchAll(/^```[^\n]*\n([^]*?)^```/gm)].flatMap(([, block = '']) => block.split('\n'));
  const inline = [...content.replace(/^```[^]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  const lines = [...blocks.map((line) => [line, false] as const), ...inline.map((line) => [line, true] as const)];
  return lines.flatMap(([line, isMention]) => {
    const [, text] =
      /(?:^\s*(?:\$ )?|-- |source <\()(?:\.\/bin\/)?(?:kubectl )?afterlog ([a-z]+(?: .*)?)$/.exec(line) ?? [];
    return text === undefined ? [] : documented(relative(root, file), text, isMention || text.includes(' | '));
  });
}

function documented(file: string, text: string, isMention: boolean): Documented[] {
  const command = text
    .replace(/(\s+#|\s{3,}|…|\s[|>&]|\)).*$/, '') // what it does, or where it goes
    .replace(/[[\]]/g, ' ')
    .trim();
  // As a shell takes them: quotes may stand amid a word.
  const words = [...command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? '')
  );
  return words[0] !== undefined && words[0] in MAKERS ? [{ file, text: command, words, isMention }] : [];
}

const inHelp = Object.values(MAKERS).flatMap((make) =>
  examplesOf(make()).flatMap(([line]) => documented('help', line, false))
);
const files = [join(root, 'README.md'), ...markdownFiles(join(root, 'docs'))];
const inDocs = files.flatMap(commandsOf);
const all = [...new Map([...inDocs, ...inHelp].map((one) => [`${one.file}: ${one.text}`, one]))];

let dir: string;
let store: TestStore;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'afterlog-docs-'));
  writeFileSync(join(dir, 'grafana-token'), 'token');
  store = await startTestStore();
});
afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

test('there are commands in the documentation', () => {
  expect(new Set(all.map(([, { words }]) => words[0]))).toEqual(new Set(Object.keys(MAKERS)));
});

test('every npm script of the documentation is one', () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const named = [...files, join(root, 'CONTRIBUTING.md')].flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/npm run (?:-s |--silent )?([a-z][\w:]*)/g)].map(([, name = '']) => name)
  );
  expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
  expect(named).toContain('build:plugin');
});

/** The code of the error that a command line gets; undefined where it is one that can run. */
function rejectionOf([name = '', ...args]: readonly string[]): string | undefined {
  try {
    MAKERS[name]?.()
      .exitOverride()
      .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
      .action(() => undefined)
      .parse(args, { from: 'user' });
    return undefined;
  } catch (error) {
    return error instanceof CommanderError ? error.code : String(error);
  }
}

/** A sentence may name a command, or a flag, without what follows it. */
const MENTIONED = ['commander.missingArgument', 'commander.optionMissingArgument'];

test.each(all)('%s', (_, { words, isMention }) => {
  const rejection = rejectionOf(words);
  const accepted = [undefined, 'commander.helpDisplayed', ...(isMention ? MENTIONED : [])];
  expect(accepted).toContain(rejection);
});

const isRunnable = ({ words }: Documented) =>
  READING.includes(words[0] ?? '') && rejectionOf(words) === undefined && !words.includes('-f') && words[1] !== '-';
test.each(all.filter(([, one]) => isRunnable(one)))('against a Loki: %s', async (_, { words }) => {
  const args = words.map((word, i) => {
    const before = words[i - 1];
    return before === '--loki.url' ? store.url : before === '--loki.bearer-token-file' ? join(dir, word) : word;
  });
  const { code, stderr } = await afterlog(args, { env: { HOME: dir, LOKI_ADDR: store.url } });
  expect(code).not.toBeNull();
  expect(stderr).not.toMatch(/see --help|invalid|unknown (option|key)|cannot reach|^ +at /m);
});
