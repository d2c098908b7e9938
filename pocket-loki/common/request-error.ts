/** A request that cannot be served: answered with this status and the message as plain text, as Loki answers errors. */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    message: string
  ) {
    super(message);
    this.name = 'RequestError';
  }
}

/** 400: what was sent is wrong, or not supported; the message says which part. */
export const badRequest = (message: string) => new RequestError(400, message);
