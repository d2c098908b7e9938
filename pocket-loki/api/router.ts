import type { Params } from './params';

export interface Request {
  params: Params;
  /** The same, encoded as in an address. */
  query: string;
  /** The parts of the address that a route leaves open, in order. */
  path: readonly string[];
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The labels of entries are asked for by where they come from. */
  categorize: boolean;
  /** Ends when the client goes. */
  signal: AbortSignal;
  body: Buffer;
}

/** Whether the labels of entries are asked for by where they come from. */
export function wantsCategories(headers: Request['headers']): boolean {
  const flags = String(headers['x-loki-response-encoding-flags'] ?? '');
  return flags.split(',').some((flag) => flag.trim() === 'categorize-labels');
}

/** An answer that is no JSON. */
export class TextAnswer {
  constructor(
    readonly status: number,
    readonly text: string,
    readonly contentType = 'text/plain; charset=utf-8'
  ) {}
}

/** An object is answered as JSON, undefined as 204. */
export type Handler = (request: Request) => Promise<object | TextAnswer | undefined> | object | TextAnswer | undefined;

/** Addresses and methods; `*` stands for one part of the address. */
export type Routes = Record<string, Partial<Record<'GET' | 'POST', Handler>>>;

export interface Found {
  methods: Routes[string];
  path: string[];
  route: string;
}

export function findRoute(routes: Routes, address: string): Found | undefined {
  const parts = decode(address)?.replace(/\/$/, '').split('/') ?? [];
  for (const [route, methods] of Object.entries(routes)) {
    const pattern = route.split('/');
    if (pattern.length === parts.length && pattern.every((part, i) => part === '*' || part === parts[i])) {
      return { methods, route, path: parts.filter((_, i) => pattern[i] === '*') };
    }
  }
  return undefined;
}

/** undefined where the escapes are malformed: such an address is none of ours. */
function decode(address: string): string | undefined {
  try {
    return decodeURIComponent(address);
  } catch {
    return undefined;
  }
}
