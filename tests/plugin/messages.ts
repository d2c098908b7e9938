import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** The plugin's texts by their ids, in English as the sources have them; with `_one` and `_other` behind plural ones. */
export type Messages = Map<string, string>;

const src = join(__dirname, '../../src');

/** All texts of the sources. @throws Error where an id or a text is made at run time: nobody could translate it */
export function messagesInSources(): Messages {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(?<!\.test)\.tsx?$/.test(name)
  );
  const messages: Messages = new Map();
  for (const name of files.sort()) {
    const text = readFileSync(join(src, name), 'utf8');
    if (/from '(.*\/texts|@grafana\/i18n)'/.test(text) && name !== 'texts.ts') {
      const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
      visit(file, messages);
    }
  }
  return messages;
}

function visit(node: ts.Node, messages: Messages): void {
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 't') {
    addCall(node, messages);
  }
  if (ts.isJsxElement(node) && node.openingElement.tagName.getText() === 'Trans') {
    addElement(node, messages);
  }
  ts.forEachChild(node, (child) => visit(child, messages));
}

function addCall(node: ts.CallExpression, messages: Messages): void {
  const [id, text, values] = node.arguments;
  if (!id || !text || !ts.isStringLiteralLike(id) || !ts.isStringLiteralLike(text)) {
    throw new Error(`${whereIs(node)}: id and text must be literals`);
  }
  if (text.text !== '') {
    add(messages, id.text, text.text, node);
    return;
  }
  const plurals = (values && ts.isObjectLiteralExpression(values) ? values.properties : []).flatMap((property) =>
    ts.isPropertyAssignment(property) && ts.isStringLiteralLike(property.initializer)
      ? [[property.name.getText(), property.initializer.text] as const]
      : []
  );
  for (const form of ['one', 'other']) {
    const found = plurals.find(([name]) => name === `defaultValue_${form}`);
    if (found === undefined) {
      throw new Error(`${whereIs(node)}: there is no defaultValue_${form}`);
    }
    add(messages, `${id.text}_${form}`, found[1], node);
  }
}

function addElement(node: ts.JsxElement, messages: Messages): void {
  const attribute = node.openingElement.attributes.properties.find((one) => one.name?.getText() === 'i18nKey');
  const id = attribute && ts.isJsxAttribute(attribute) ? attribute.initializer : undefined;
  const texts = node.children.map((child) => {
    if (ts.isJsxText(child)) {
      return child.text.replace(/\s*\n\s*/g, ' ');
    }
    if (ts.isJsxExpression(child) && child.expression && ts.isStringLiteralLike(child.expression)) {
      return child.expression.text;
    }
    throw new Error(`${whereIs(node)}: only texts may stand in it`);
  });
  if (!id || !ts.isStringLiteral(id)) {
    throw new Error(`${whereIs(node)}: i18nKey must be a literal`);
  }
  add(messages, id.text, texts.join('').trim(), node);
}

function add(messages: Messages, id: string, text: string, node: ts.Node): void {
  const known = messages.get(id);
  if (known !== undefined && known !== text) {
    throw new Error(`${whereIs(node)}: ${id} is another text elsewhere: ${known}`);
  }
  messages.set(id, text);
}

function whereIs(node: ts.Node): string {
  const file = node.getSourceFile();
  return `src/${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** A catalogue as i18next has it, nested at the dots of the ids. */
export type Catalogue = { [name: string]: string | Catalogue };

export function catalogueOf(messages: Messages): Catalogue {
  const catalogue: Catalogue = {};
  for (const [id, text] of [...messages].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const path = id.split('.');
    const last = path.pop() ?? '';
    let place = catalogue;
    for (const name of path) {
      const next = (place[name] ??= {});
      if (typeof next === 'string') {
        throw new Error(`${id}: ${name} is a text itself`);
      }
      place = next;
    }
    place[last] = text;
  }
  return catalogue;
}

export function messagesOf(catalogue: Catalogue, before = ''): Messages {
  return new Map(
    Object.entries(catalogue).flatMap(([name, text]) =>
      typeof text === 'string' ? [[`${before}${name}`, text] as const] : [...messagesOf(text, `${before}${name}.`)]
    )
  );
}
