import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '@app/contracts';
import { errorBody } from '../errors/error-body.js';
import type { EdgeContext } from './edge-context.js';
import { baseHeaders } from './response-headers.js';

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};
/** How long a client may take to read the answer before its socket is destroyed, in ms. */
const LINGER_MS = 1000;

type Edge = Pick<EdgeContext, 'instanceId' | 'origins'>;

function clientErrorAnswer(edge: Edge, status: number, requestId: string): string {
  const reason = STATUS_CODES[status] ?? 'Error';
  const body = JSON.stringify({ ...errorBody(new AppError('BAD_REQUEST'), '', requestId), status, error: reason });
  const headers: Record<string, string> = {
    ...baseHeaders(edge, requestId, undefined),
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n${body}`;
}

/** Answers what Node could not read as HTTP, in our form, and closes. The request has no id of its own then: it gets one. */
export function createClientErrorHandler(
  edge: Edge,
  newId: () => string,
): (error: Error & { code?: string }, socket: Socket) => void {
  return (error, socket) => {
    // Node keeps the answer that is under way here; a second one behind its head would be read as part of it.
    const current = (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage;
    if (error.code === 'ECONNRESET' || !socket.writable || current?.headersSent) {
      socket.destroy();
      return;
    }
    socket.end(clientErrorAnswer(edge, STATUS_BY_CODE[error.code ?? ''] ?? 400, newId()));
    socket.setTimeout(LINGER_MS, () => socket.destroy());
  };
}
