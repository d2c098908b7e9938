import type { BackendSrv, BackendSrvRequest, FetchResponse } from '@grafana/runtime';
import { lastValueFrom, Observable } from 'rxjs';

/** What a failed request rejects with, as Grafana's own: the answer, with Grafana's or Loki's words in `data`. */
export interface FetchFailure {
  status: number;
  statusText: string;
  data: { message: string };
  config: BackendSrvRequest;
}

/** Requests to the host's server, which answers for Grafana's and passes on to Loki. Leaving the observable cancels. */
function fetchFrom<T>(config: BackendSrvRequest): Observable<FetchResponse<T>> {
  return new Observable((subscriber) => {
    const cancel = new AbortController();
    send<T>(config, cancel.signal).then(
      (response) => {
        subscriber.next(response);
        subscriber.complete();
      },
      (reason) => cancel.signal.aborted || subscriber.error(reason)
    );
    return () => cancel.abort();
  });
}

async function send<T>(config: BackendSrvRequest, signal: AbortSignal): Promise<FetchResponse<T>> {
  const { url, method = 'GET', params, data, headers } = config;
  const query = new URLSearchParams(params).toString();
  const response = await fetch(query === '' ? url : `${url}?${query}`, {
    method,
    signal,
    headers: { ...headers, ...(data !== undefined && { 'content-type': 'application/json' }) },
    ...(data !== undefined && { body: JSON.stringify(data) }),
  });
  const text = await response.text();
  const { status, statusText } = response;
  if (!response.ok) {
    const failure: FetchFailure = { status, statusText, data: { message: messageIn(text) }, config };
    throw failure;
  }
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  const { ok, redirected, type, headers: answered } = response;
  return {
    data: isJson ? JSON.parse(text) : text,
    status,
    statusText,
    ok,
    headers: answered,
    redirected,
    type,
    url,
    config,
  };
}

function messageIn(text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : text;
  } catch {
    return text;
  }
}

const request = async <T>(config: BackendSrvRequest): Promise<T> => (await lastValueFrom(fetchFrom<T>(config))).data;

export const backendSrv: BackendSrv = {
  fetch: fetchFrom,
  request,
  datasourceRequest: (config) => lastValueFrom(fetchFrom(config)),
  get: (url, params, requestId, options) => request({ ...options, url, params, requestId }),
  delete: (url, data, options) => request({ ...options, url, data, method: 'DELETE' }),
  post: (url, data, options) => request({ ...options, url, data, method: 'POST' }),
  patch: (url, data, options) => request({ ...options, url, data, method: 'PATCH' }),
  put: (url, data, options) => request({ ...options, url, data, method: 'PUT' }),
  chunked: () => {
    throw new Error('this host streams no answers');
  },
};
