import { JsonList, type ListEnd } from '../common/json-list';
import { terminalText } from '../common/terminal-text';
import { caseTable, type CaseRow } from './case-text';
import type { Output } from './output';

export type CaseFormat = 'table' | 'wide' | 'json' | 'jsonl';

/** So many rows of a table are held back, for its columns are as wide as their widest cell. */
const ROWS_AT_ONCE = 5000;

/** Prints cases as they come: memory does not grow with their number. */
export class CasePrinter<C extends CaseRow> {
  private rows: C[] = [];
  private widths: number[] | undefined;
  private readonly list = new JsonList('CaseList');

  /** @param json what a case is in JSON */
  constructor(
    private readonly output: Output,
    private readonly format: CaseFormat,
    private readonly json: (one: C) => object
  ) {}

  /** Nobody reads any more. */
  get closed(): boolean {
    return this.output.closed;
  }

  async add(cases: readonly C[]): Promise<void> {
    if (this.format === 'jsonl') {
      await this.write(cases.map((one) => `${JSON.stringify(this.json(one))}\n`).join(''));
    } else if (this.format === 'json') {
      for (const one of cases) {
        await this.write(this.list.add([this.json(one)]));
      }
    } else {
      cases.forEach((one) => this.rows.push(one));
      if (this.rows.length >= ROWS_AT_ONCE) {
        await this.flush();
      }
    }
  }

  /** @param end what is told after the last case, in JSON */
  async end(end: ListEnd): Promise<void> {
    if (this.format === 'json') {
      await this.write(this.list.end(end));
    } else {
      await this.flush();
    }
  }

  private async flush(): Promise<void> {
    if (this.rows.length > 0) {
      const { text, widths } = caseTable(this.rows, Date.now(), this.format === 'wide', this.widths);
      this.widths = widths;
      this.rows = [];
      await this.write(text);
    }
  }

  private write(text: string): Promise<void> {
    return this.output.write(terminalText(text));
  }
}
