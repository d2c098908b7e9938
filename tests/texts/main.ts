import { appTexts, modelTexts, programTexts, type Text } from './texts';

// Every text that users read: see scripts/texts.mjs.

const root = process.cwd();

function print(title: string, texts: readonly Text[]): void {
  console.log(`\n# ${title} (${texts.length})\n`);
  for (const { id, en, ja } of texts) {
    console.log(id);
    console.log(`  en  ${en}`);
    if (ja !== null) {
      console.log(`  ja  ${ja}`);
    }
  }
}

print('Cases and causes, in the command line and the app', modelTexts());
print('Grafana app', appTexts(root));
print('Command line and metrics, English only', programTexts(root));
