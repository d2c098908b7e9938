import { integerOf, numberOf, textOf, type Value } from './values';

export type TemplateFunction = (...args: Value[]) => Value;
export type TemplateFunctions = Record<string, TemplateFunction>;

/** Functions of one kind of argument: what comes is converted first, as Go's template functions do. */
export const onText =
  (f: (...args: string[]) => Value): TemplateFunction =>
  (...args) =>
    f(...args.map(textOf));
export const onNumbers =
  (f: (...args: number[]) => Value): TemplateFunction =>
  (...args) =>
    f(...args.map(numberOf));
export const onIntegers =
  (f: (...args: bigint[]) => Value): TemplateFunction =>
  (...args) =>
    f(...args.map(integerOf));

/** A count or position, which JavaScript wants as a number. */
export function countOf(value: Value): number {
  return Number(integerOf(value));
}
