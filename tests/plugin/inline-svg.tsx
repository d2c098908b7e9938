import React from 'react';

/** Grafana's icons are fetched from its server; a test has none, and asks for names only. */
export default function InlineSvg({ title }: { title?: string }) {
  return <svg>{title !== undefined && <title>{title}</title>}</svg>;
}
