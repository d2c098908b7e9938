import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import type { CodeName, Codes } from '../../model/codes';
import { CATALOGUES, type Language, UTC } from '../../model/messages';
import type { ReviewTexts } from '../../model/messages/catalogue';
import { SAMPLES } from '../../model/messages/testing/samples';
import { type Catalogue, messagesOf } from '../plugin/messages';

/** A text that users read. `ja` is null where there is only English: the command line's own texts. */
export interface Text {
  id: string;
  en: string;
  ja: string | null;
}

/** Sentences about cases, with sample parameters, and the names of causes, statuses and the like: for CLI and app. */
export function modelTexts(): Text[] {
  const codes = Object.keys(SAMPLES)
    .filter((name): name is CodeName => name in SAMPLES)
    .flatMap((name) => {
      const japanese = sentences('ja', name);
      return sentences('en', name).map((en, i) => ({ id: name, en, ja: japanese[i] ?? '' }));
    });
  const words = messagesOf(wordsOf('en'));
  const japanese = messagesOf(wordsOf('ja'));
  return [...codes, ...[...words].map(([id, en]) => ({ id, en, ja: japanese.get(id) ?? '' }))];
}

function sentences<K extends CodeName>(language: Language, name: K): string[] {
  const write: (parameters: Codes[K], times: typeof UTC) => string = CATALOGUES[language].codes[name];
  return [...new Set(SAMPLES[name].map((parameters) => write(parameters, UTC)))];
}

/** All of a catalogue but its sentences. */
function wordsOf(language: Language): Catalogue {
  const { causes, unknownCause, statuses, confidences, sources, origins, review } = CATALOGUES[language];
  const listed = (texts: readonly string[]): Catalogue => Object.fromEntries(texts.entries());
  return {
    cause: {
      ...Object.fromEntries(
        Object.entries(causes).map(([id, { advice, ...texts }]) => [id, { ...texts, advice: listed(advice) }])
      ),
      unknown: { name: unknownCause.name, advice: listed(unknownCause.advice) },
    },
    status: { ...statuses },
    confidence: { ...confidences },
    source: { ...sources },
    origin: { ...origins },
    review: reviewTexts(review),
  };
}

/** All of a review's texts: those with something put in, with samples of it. */
const reviewTexts = ({ list: _, ...review }: ReviewTexts): Catalogue => ({
  ...{ ...review, headings: { ...review.headings }, ranking: { ...review.ranking }, columns: { ...review.columns } },
  title: review.title(review.range('2026-11-01 00:00:00 UTC', '2026-12-01 00:00:00 UTC')),
  range: review.range('2026-11-01 00:00:00 UTC', '2026-12-01 00:00:00 UTC'),
  moreNodes: review.moreNodes(7),
  effect: review.effect('…'),
  unknown: review.unknown('…'),
  assumption: review.assumption('…'),
  expectedIn: review.expectedIn(review.span(3_600_000 * 5), review.span(3_600_000 * 3), review.span(3_600_000 * 60)),
  span: review.span(3_600_000 * 5),
  andMore: review.andMore('node-a', 3),
});

/** The texts of the Grafana app, from its locale files. @param root the repository's root */
export function appTexts(root: string): Text[] {
  const [en, ja] = ['en-US', 'ja-JP'].map((language) =>
    messagesOf(JSON.parse(readFileSync(join(root, 'src/locales', language, 'afterlog-timelines-app.json'), 'utf8')))
  );
  return [...(en ?? [])].map(([id, text]) => ({
    id,
    en: text,
    // Japanese has one form for one and for many.
    ja: ja?.get(id.replace(/_one$/, '_other')) ?? '',
  }));
}

/** What the commands say by themselves: descriptions of flags and metrics, errors, findings. @param root as above */
export function programTexts(root: string): Text[] {
  return ['shipper', 'pocket-loki'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|testing\//.test(name))
      .sort()
      .flatMap((name) => {
        const path = `${folder}/${name}`;
        const file = ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest, true);
        return textsIn(file, file);
      })
  );
}

/** Calls whose arguments are shown to users. */
const SHOWING = /^(UserError|RequestError|describe|description|optionsGroup|gauge|warning|error|info|warn)$/;

function textsIn(node: ts.Node, file: ts.SourceFile): Text[] {
  const inside: Text[] = [];
  ts.forEachChild(node, (child) => void inside.push(...textsIn(child, file)));
  return [...shownBy(node).map((en) => ({ id: `${file.fileName}:${lineOf(node, file)}`, en, ja: null })), ...inside];
}

function shownBy(node: ts.Node): string[] {
  if (ts.isPropertyAssignment(node) && /^(help|description|heading)$/.test(node.name.getText())) {
    return literals([node.initializer]);
  }
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
    const callee = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression;
    return SHOWING.test(callee.getText()) ? literals(node.arguments ?? []) : [];
  }
  return [];
}

/** What stands in quotes and has more than a word; what is put in at run time stays as it is written. */
const literals = (nodes: readonly ts.Node[]): string[] =>
  nodes
    .filter((node) => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node))
    .map((node) => node.getText().slice(1, -1))
    .filter((text) => text.includes(' '));

const lineOf = (node: ts.Node, file: ts.SourceFile): number =>
  file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
