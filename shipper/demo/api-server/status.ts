import type { ServerResponse } from 'node:http';

/** How an API server says no. */
export class Refusal extends Error {
  constructor(
    readonly code: number,
    /** Kubernetes' word for it: `NotFound`, `Expired`, … */
    readonly reason: string,
    message: string
  ) {
    super(message);
  }

  /** As the API has it, also inside a watch. */
  get status(): object {
    const { code, reason, message } = this;
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  }
}

export const notFound = () => new Refusal(404, 'NotFound', 'the server could not find the requested resource');

export function sendJson(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
