import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { badRequest } from '../../common/request-error';

// A run of digits is tried from its start only: from each digit of it, a long one would take quadratic time.
const candidate = /(?<!\d)\d[\d.]*\.[\d.]*|(?:::[0-9a-fA-F]|[0-9a-fA-F]{1,4}:)[0-9a-fA-F:.]*/g;

/**
 * `ip("…")`: whether a text holds an address that is the given one, in the range `a-b`, or in the CIDR block.
 *
 * @throws RequestError 400 where it is none of them
 */
export function compileIp(pattern: string): (text: string) => boolean {
  const list = blockList(pattern);
  return (text) => (text.match(candidate) ?? []).some((address) => holds(list, address));
}

function holds(list: BlockList, address: string): boolean {
  return isIPv4(address) ? list.check(address, 'ipv4') : isIPv6(address) && list.check(address, 'ipv6');
}

function blockList(pattern: string): BlockList {
  const list = new BlockList();
  const [, from = '', separator, to = ''] = /^([^-/]+?)(?:\s*([-/])\s*(.+))?$/.exec(pattern) ?? [];
  const family = isIPv4(from) ? 'ipv4' : isIPv6(from) ? 'ipv6' : undefined;
  try {
    if (family && separator === '/' && /^\d+$/.test(to)) {
      list.addSubnet(from, Number(to), family);
      return list;
    }
    if (family && separator === '-') {
      list.addRange(from, to, family);
      return list;
    }
    if (family && separator === undefined) {
      list.addAddress(from, family);
      return list;
    }
  } catch {
    // Not a range or block after all: said below.
  }
  throw badRequest(`ip: invalid pattern: "${pattern}"`);
}
