import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { AppError } from '@app/contracts';
import { answeredHeaders, type ResponseHeaders } from './hop-headers.js';
import { SESSION_GONE, type UpstreamGroup } from './upstream-group.js';
import type { Upstream } from './upstream.js';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly group: UpstreamGroup;
  /** The SockJS session that the request belongs to, or null. */
  readonly session: string | null;
  /** As they go to the service. */
  readonly headers: string[];
  /** Set on the answer in place of the service's own of the same names. */
  readonly answerHeaders: Readonly<Record<string, string>>;
  /** Longest silence before the answer's head and within its body, in milliseconds. */
  readonly silenceMs: number;
  /** Answers with the gateway's own error; called before anything of the answer has left. */
  readonly refuse: (error: AppError) => void;
}

const CLIENT_GONE = new Error('the client is gone');
const MAX_BROKEN = 1;

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
const isRepeatable = (method: string): boolean => method === 'GET' || method === 'HEAD';
const codeOf = (error: Error): string => (error as NodeJS.ErrnoException).code ?? '';

/**
 * One request on its way to a service and the answer on its way back, both streamed. It goes to another instance when none of it has left (no
 * connection could be made), and once more when it is a GET or HEAD whose connection broke before the answer began.
 */
export class HttpExchange implements Dispatcher.DispatchHandler {
  private readonly method: string;
  private readonly tried: Upstream[] = [];
  private upstream: Upstream | null = null;
  private controller: Dispatcher.DispatchController | null = null;
  private body: Buffer | Readable | null = null;
  private broken = 0;
  private over = false;
  /** `begun`: the answer's head is known, but held to the end of the turn with the first piece of its body; most answers are whole by then. */
  private answer: 'awaited' | 'begun' | 'streaming' = 'awaited';
  private held: Buffer | null = null;

  constructor(
    private readonly exchange: Exchange,
    private readonly onFailure: (upstream: Upstream, error: Error) => void,
  ) {
    this.method = exchange.request.method ?? 'GET';
    exchange.response.once('close', () => this.abandon());
  }

  start(): void {
    if (!hasBody(this.exchange.request)) return this.send();
    // By the next tick a small body has been parsed with its head, and needs no stream.
    process.nextTick(() => {
      this.body = this.takeBody();
      this.send();
    });
  }

  private takeBody(): Buffer | Readable | null {
    const { request } = this.exchange;
    if (request.complete) return request.read() as Buffer | null;
    // undici destroys a body that it could not send, and with the request itself would go the connection that our answer needs.
    return request.pipe(new PassThrough());
  }

  private send(): void {
    const { request, headers, silenceMs, refuse } = this.exchange;
    if (this.over) return;
    const upstream = this.choose();
    if (upstream === SESSION_GONE) return refuse(new AppError('NOT_FOUND', { message: 'The session has ended' }));
    if (upstream === null) return refuse(new AppError('UNAVAILABLE'));
    this.upstream = upstream;
    this.controller = null;
    upstream.pool.dispatch(
      {
        path: request.url ?? '/',
        method: this.method,
        headers,
        body: this.body,
        headersTimeout: silenceMs,
        bodyTimeout: silenceMs,
      },
      this,
    );
  }

  private choose(): Upstream | typeof SESSION_GONE | null {
    const { group, session } = this.exchange;
    if (session === null) return group.next(this.tried);
    const holder = group.ofSession(session);
    return holder !== null && holder !== SESSION_GONE && this.tried.includes(holder) ? null : holder;
  }

  /** Called once a connection takes the request. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.over) controller.abort(CLIENT_GONE);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    if (status < 200) return;
    this.answer = 'begun';
    this.exchange.response.writeHead(status, answeredHeaders(headers, this.exchange.answerHeaders) as string[]);
    process.nextTick(() => this.flush());
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.answer === 'begun' && this.held === null) this.held = chunk;
    else this.write(chunk);
  }

  onResponseEnd(): void {
    this.over = true;
    this.exchange.response.end(this.held ?? undefined);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.over) return;
    const { response } = this.exchange;
    if (this.upstream && codeOf(error) !== 'UND_ERR_INVALID_ARG') this.onFailure(this.upstream, error);
    if (this.answer !== 'awaited') return void response.destroy();
    if (this.mayRetry(error)) return this.send();
    this.over = true;
    this.exchange.refuse(this.translate(error));
  }

  private mayRetry(error: Error): boolean {
    const { upstream } = this;
    if (!upstream || codeOf(error) === 'UND_ERR_INVALID_ARG') return false;
    if (this.controller === null) {
      this.leave(upstream);
      return true;
    }
    const broke = codeOf(error) === 'UND_ERR_SOCKET' || codeOf(error) === 'ECONNRESET';
    return broke && isRepeatable(this.method) && this.exchange.session === null && this.broken++ < MAX_BROKEN;
  }

  /** The instance cannot be reached: it is asked last for a while, and the session, if it was there, is lost. */
  private leave(upstream: Upstream): void {
    upstream.rest();
    this.tried.push(upstream);
    if (this.exchange.session !== null) this.exchange.group.forgetSession(this.exchange.session);
  }

  private translate(error: Error): AppError {
    if (codeOf(error) === 'UND_ERR_INVALID_ARG') return new AppError('BAD_REQUEST', { cause: error });
    return new AppError(isRepeatable(this.method) ? 'UNAVAILABLE' : 'OUTCOME_UNKNOWN', { cause: error });
  }

  /** What of the answer is there by now leaves, be it the head alone: a stream's client waits for it. */
  private flush(): void {
    const { response } = this.exchange;
    if (this.over || response.destroyed || this.answer === 'streaming') return;
    this.answer = 'streaming';
    const { held } = this;
    this.held = null;
    if (held) this.write(held);
    else response.flushHeaders();
  }

  private write(chunk: Buffer): void {
    const { response } = this.exchange;
    this.flush();
    if (response.write(chunk)) return;
    this.controller?.pause();
    response.once('drain', () => this.controller?.resume());
  }

  /** The client's connection closed; also the normal end, after which there is nothing to stop. */
  private abandon(): void {
    if (this.over) return;
    this.over = true;
    this.controller?.abort(CLIENT_GONE);
  }
}
