import { onText, type TemplateFunctions } from './calls';
import { formatDate } from './dates';
import { TemplateError, textOf, Time, type Value } from './values';

export const timeFunctions: TemplateFunctions = {
  date: (layout, time) => formatDate(textOf(layout), timeOf(time)),
  now: () => new Time(BigInt(Date.now()) * 1_000_000n),
  unixEpoch: (time) => `${timeOf(time).ns / 1_000_000_000n}`,
  unixEpochMillis: (time) => `${timeOf(time).ns / 1_000_000n}`,
  unixEpochNanos: (time) => `${timeOf(time).ns}`,
  unixToTime: onText((epoch = '') => unixToTime(epoch)),
};

function timeOf(value: Value): Time {
  if (value instanceof Time) {
    return value;
  }
  if (typeof value === 'bigint') {
    return new Time(value * 1_000_000_000n);
  }
  throw new TemplateError(`wrong type for value; expected a time; got ${textOf(value)}`);
}

const unitOfDigits = new Map([
  [5, 86_400_000_000_000n],
  [10, 1_000_000_000n],
  [13, 1_000_000n],
  [16, 1_000n],
  [19, 1n],
]);

/** The number of digits tells the unit: days, seconds, milliseconds, microseconds or nanoseconds. */
function unixToTime(epoch: string): Time {
  const unit = unitOfDigits.get(epoch.length);
  if (unit === undefined || !/^\d+$/.test(epoch)) {
    throw new TemplateError(`unable to parse time '${epoch}'`);
  }
  return new Time(BigInt(epoch) * unit);
}
