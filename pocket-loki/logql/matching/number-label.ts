const decimal = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
const hexadecimal = /^([-+]?)(0[xX][\da-fA-F]+)$/;

/** A label's number, in the forms that Go reads; undefined where it is none. */
export function parseFloatLabel(text: string): number | undefined {
  if (decimal.test(text)) {
    return Number(text);
  }
  const hex = hexadecimal.exec(text);
  if (hex) {
    return Number(hex[2]) * (hex[1] === '-' ? -1 : 1);
  }
  switch (text.toLowerCase().replace(/^\+/, '')) {
    case 'nan':
      return NaN;
    case 'inf':
    case 'infinity':
      return Infinity;
    case '-inf':
    case '-infinity':
      return -Infinity;
    default:
      return undefined;
  }
}
