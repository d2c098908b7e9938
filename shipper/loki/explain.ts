import { AnswerTooLong } from '../common/body-text';
import { UserError } from '../common/user-error';
import { LokiUnreachable } from './connection';
import { StrangeAnswer } from './query-answer';
import { LokiRefusal } from './query-client';

/** An error of a Loki as one that says what to check; any other error as it is. */
export function explainLokiError(error: unknown, url: string): unknown {
  if (error instanceof LokiUnreachable && error.cause instanceof AnswerTooLong) {
    return new UserError(
      `Loki at ${url}: ${error.cause.message}\nIs that the address of Loki? Give it with --loki.url or in LOKI_ADDR.`
    );
  }
  if (error instanceof LokiUnreachable) {
    return new UserError(
      error.message.includes('certificate')
        ? `${error.message}\nGive the certificate to trust with --loki.tls-ca-file.`
        : `${error.message}\nIs it running, and is that its address? Give it with --loki.url or in LOKI_ADDR.`
    );
  }
  if (error instanceof StrangeAnswer) {
    return new UserError(
      `${url} does not answer as Loki does: ${error.what}\nIs that the address of Loki? Give it with --loki.url or in LOKI_ADDR.`
    );
  }
  return error instanceof LokiRefusal ? new UserError(`${error.message}${adviceFor(error)}`) : error;
}

function adviceFor({ status, text }: LokiRefusal): string {
  if (status === 401 && text.includes('org id')) {
    return '\nThis Loki has tenants: give yours with --loki.tenant-id or in LOKI_ORG_ID.';
  }
  if (status === 401 || status === 403) {
    return '\nGive what it wants with --loki.basic-auth-file or --loki.bearer-token-file.';
  }
  if (status === 404) {
    return '\nIs the address right? --loki.url takes what stands before /loki/api/v1.';
  }
  if (status === 429 || status >= 500) {
    return '\nAsk for less at once (--since, --namespace), or ask again later.';
  }
  return '';
}
