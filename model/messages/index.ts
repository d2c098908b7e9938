import type { Cause } from '../causes';
import type { Catalogue, TimeFormat } from './catalogue';
import type { Code, CodeName, Codes } from '../codes';
import { en } from './en';
import { ja } from './ja';

export type { Catalogue, ReviewTexts, TimeFormat } from './catalogue';

export const CATALOGUES = { en, ja } satisfies Record<string, Catalogue>;
export type Language = keyof typeof CATALOGUES;

/** Words in one language, with times in one zone. */
export class Words {
  readonly catalogue: Catalogue;

  constructor(
    language: Language = 'en',
    readonly times: TimeFormat = UTC
  ) {
    this.catalogue = CATALOGUES[language];
  }

  /** One code as a sentence, or as a part of one. */
  render<K extends CodeName>(code: Code<K>): string {
    // The catalogue's type binds each name to its parameters; TypeScript cannot follow that through a union.
    const write = this.catalogue.codes[code.code] as (parameters: Codes[CodeName], times: TimeFormat) => string;
    return write(code, this.times);
  }

  /** Several sentences as one text. */
  renderAll(codes: readonly Code[]): string {
    return codes.map((code) => this.render(code)).join(this.catalogue.separator);
  }

  /** In a word or two, without its number. */
  causeName(cause: Cause): string {
    return cause === 'unknown' ? this.catalogue.unknownCause.name : this.catalogue.causes[cause].name;
  }

  /** `C1 disk reclaim`. */
  causeText(cause: Cause): string {
    return cause === 'unknown' ? this.causeName(cause) : `${cause} ${this.causeName(cause)}`;
  }
}

/** `2026-11-23 23:15:38 UTC`, `23:15:38`. */
export const UTC: TimeFormat = {
  time: (instant) => `${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC`,
  clock: (instant) => instant.slice(11, 19),
};

/** English in UTC: what the CLI prints unless told otherwise. */
export const ENGLISH = new Words();
