/** How to reach a Loki. At most one of basic authentication and bearer token. */
export interface LokiOptions {
  /** With or without /loki/api/v1/push. */
  url: string;
  /** Sent as X-Scope-OrgID. */
  tenantId?: string;
  /** A file with `user:password`. */
  basicAuthFile?: string;
  username?: string;
  password?: string;
  bearerTokenFile?: string;
  bearerToken?: string;
  /** PEM files. */
  caFile?: string;
  certFile?: string;
  keyFile?: string;
  insecureSkipVerify?: boolean;
  headers?: Record<string, string>;
  /** Connections kept open at most; a request more waits for a free one. */
  connections?: number;
}
