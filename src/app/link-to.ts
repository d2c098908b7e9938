/** What pages have in common stays in the address on the way from one to another. */
const SHARED = ['loki', 'from', 'to', 'timezone', 'cluster', 'namespace', 'job', 'node', 'status', 'cause', 'text'];

/** The address of another page with the time and the filters of this one, but for those given. */
export function linkTo(path: string, search: string, given: Record<string, string> = {}): string {
  const shared = [...new URLSearchParams(search)].filter(([name]) => SHARED.includes(name) && !(name in given));
  const parameters = new URLSearchParams([...shared, ...Object.entries(given)]).toString();
  return parameters === '' ? path : `${path}?${parameters}`;
}
