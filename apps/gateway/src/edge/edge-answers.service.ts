import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AppError } from '@app/contracts';
import { baseHeaders, errorBody, errorHeaders, preflightHeaders } from '@app/http-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@app/observability';
import { LOGGER } from './logger.token.js';
import type { EdgeRequest } from './edge-request.js';
import { EdgeSettings } from './edge-settings.js';

/** A longer body is not worth reading to its end only to keep the connection. */
const MAX_DRAINED_BYTES = 1_048_576;

/** What the gateway answers itself, on proxied paths: errors in the one form, and preflights. */
@Injectable()
export class EdgeAnswers {
  constructor(
    private readonly settings: EdgeSettings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  refuse(request: EdgeRequest, response: ServerResponse, error: AppError): void {
    this.log(request, error);
    if (response.headersSent || response.destroyed) return;
    const { headers, body } = this.describe(request, error);
    if (Number(request.raw.headers['content-length'] ?? 0) > MAX_DRAINED_BYTES) headers['connection'] = 'close';
    response.writeHead(error.row.status, headers).end(body);
  }

  /** Answers an upgrade, for which there is no response object, and ends the connection. */
  refuseUpgrade(request: EdgeRequest, socket: Socket, error: AppError): void {
    this.log(request, error);
    const { headers, body } = this.describe(request, error);
    const { status } = error.row;
    const lines = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  }

  preflight(request: EdgeRequest, response: ServerResponse): void {
    const { headers } = request.raw;
    const base = baseHeaders(this.settings, request.requestId, headers.origin);
    response.writeHead(204, { ...base, ...preflightHeaders(headers, this.settings.origins) }).end();
  }

  private describe(request: EdgeRequest, error: AppError): { headers: Record<string, string>; body: string } {
    const body = JSON.stringify(errorBody(error, request.path, request.requestId));
    const headers = {
      ...baseHeaders(this.settings, request.requestId, request.raw.headers.origin),
      ...errorHeaders(error),
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
    };
    return { headers, body };
  }

  private log({ requestId, method, path }: EdgeRequest, error: AppError): void {
    const { log, status } = error.row;
    const fields = { requestId, method, path, status, code: error.code };
    this.logger[log](status >= 500 ? { ...fields, err: error.cause } : fields, 'request refused at the edge');
  }
}
