import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@app/contracts';
import { corsHeaders, createAddressResolver, type AddressResolver } from '@app/http-kit';
import { Metrics, type Logger } from '@app/observability';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { EdgeAnswers, EdgeSettings, LOGGER, type EdgeRequest } from '../edge/index.js';
import { isLivePath, sockJsSessionOf, type Upstreams } from '../routes/index.js';
import { forwardedHeaders } from './hop-headers.js';
import { HttpExchange } from './http-exchange.js';
import { UpstreamDirectory } from './upstream-directory.service.js';
import type { Upstream } from './upstream.js';

/** Above the 25 s between two heart-beats of a SockJS stream or poll. */
const LIVE_SILENCE_MS = 60_000;

/** Carries requests to the services and their answers back. */
@Injectable()
export class ProxyService implements BeforeApplicationShutdown {
  private readonly addressOf: AddressResolver;
  /** Requests whose answer has an end; SockJS streams and polls are not waited for. */
  private inFlight = 0;
  private whenIdle: (() => void) | null = null;
  private readonly failures;

  constructor(
    private readonly upstreams: UpstreamDirectory,
    private readonly answers: EdgeAnswers,
    private readonly settings: EdgeSettings,
    metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.addressOf = createAddressResolver(settings.trustedProxies);
    this.failures = metrics.counter({
      name: 'gateway_upstream_failures_total',
      help: 'Requests that an instance of a service did not answer, before any retry',
      labelNames: ['service'],
    });
    metrics.gauge({ name: 'gateway_requests_in_flight', help: 'Proxied requests', collect: () => this.inFlight });
  }

  forward(request: EdgeRequest, response: ServerResponse, service: Upstreams): void {
    const { raw, path } = request;
    const live = isLivePath(path);
    if (!live) this.count(response);
    if (Number(raw.headers['content-length'] ?? 0) > this.settings.bodyBytes)
      return this.answers.refuse(request, response, new AppError('PAYLOAD_TOO_LARGE'));
    const exchange = new HttpExchange(
      {
        request: raw,
        response,
        group: this.upstreams.of(service),
        session: live ? sockJsSessionOf(path) : null,
        headers: this.headersFor(request),
        answerHeaders: corsHeaders(raw.headers.origin, this.settings.origins),
        silenceMs: live ? LIVE_SILENCE_MS : this.settings.http.requestTimeoutMs,
        refuse: (error) => this.answers.refuse(request, response, error),
      },
      (upstream, error) => this.noteFailure(request, upstream, error),
    );
    return exchange.start();
  }

  /** The request's headers as a service gets them, with what the gateway knows of the client. */
  headersFor({ raw, requestId }: EdgeRequest, upgrade = false): string[] {
    const { headers, rawHeaders, socket } = raw;
    const address = this.addressOf(socket.remoteAddress, headers['x-forwarded-for']);
    const facts = { requestId, address, protocol: this.protocolOf(raw), host: headers.host ?? '' } as const;
    return forwardedHeaders(rawHeaders, facts, upgrade);
  }

  noteFailure({ requestId }: EdgeRequest, { instance }: Upstream, error: Error): void {
    this.failures.inc({ service: instance.service });
    this.logger.warn(
      { requestId, service: instance.service, instance: instance.id, err: error },
      'no answer from a service',
    );
  }

  /** Answers under way end before the listener closes, within the drain time. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.inFlight === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.settings.shutdown.drainMs);
      this.whenIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private count(response: ServerResponse): void {
    this.inFlight += 1;
    response.once('close', () => {
      this.inFlight -= 1;
      if (this.inFlight === 0) this.whenIdle?.();
    });
  }

  /** A trusted proxy may have ended TLS for us. */
  private protocolOf({ headers, socket }: IncomingMessage): 'http' | 'https' {
    const claimed = headers['x-forwarded-proto'];
    if (claimed !== 'https') return 'http';
    return this.addressOf(socket.remoteAddress, '0.0.0.0') === '0.0.0.0' ? 'https' : 'http';
  }
}
