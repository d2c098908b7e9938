/** As whom a request is made. */
export interface Credentials {
  /** The header. */
  authorization?: string;
  /** Client certificate and its key, PEM. */
  cert?: Buffer;
  key?: Buffer;
}

/** How to reach an API server, and as whom. */
export interface ClusterAccess {
  /** Base URL without a slash at the end. */
  server: string;
  ca: Buffer | undefined;
  /** Asked for every request: service account tokens are replaced every hour. */
  credentials: () => Promise<Credentials>;
  /** Called when the server did not accept the credentials, before the next request. */
  renew?: () => void;
  /** The proxy to reach it through. */
  proxy: URL | undefined;
  insecureSkipVerify: boolean;
  /** Name that the server's certificate is for, where it is not the URL's host. */
  serverName: string | undefined;
  /** The namespace that the context or the service account is in. */
  namespace: string | undefined;
  /** Where this was read, for messages. */
  origin: string;
}
