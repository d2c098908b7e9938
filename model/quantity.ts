/** Kubernetes' way of writing amounts. */

const factors: Record<string, number> = {
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A Kubernetes quantity (`10Mi`, `1.5G`, `1e6`) as a number; undefined where it is none. */
export function parseQuantity(text: string): number | undefined {
  const m = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)([KkMGTPEm]i?)?$/.exec(text.trim());
  const factor = m?.[2] === undefined ? 1 : factors[m[2]];
  return m?.[1] === undefined || factor === undefined ? undefined : Number(m[1]) * factor;
}
