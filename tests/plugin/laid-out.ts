/** jsdom lays nothing out: every element's inside is as large as a panel of these CSS pixels. @returns takes it back */
export function layOut(width: number, height: number): () => void {
  const sizes = { clientWidth: width, clientHeight: height };
  for (const [name, value] of Object.entries(sizes)) {
    Object.defineProperty(HTMLElement.prototype, name, { value, configurable: true });
  }
  return () => Object.keys(sizes).forEach((name) => Reflect.deleteProperty(HTMLElement.prototype, name));
}
