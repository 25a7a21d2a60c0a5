import type { AppConfig } from '@app/config';
import { AppError, HEADERS, STOMP_ENDPOINT } from '@app/contracts';
import { SECURITY_HEADERS } from '@app/http-kit';
import type { Logger } from '@app/observability';
import { StompFatal, StompRefusal, type StompServerOptions } from '@app/stomp';
import type { INestApplicationContext } from '@nestjs/common';
import { LiveRates } from './live-rates.js';
import { StompAuthenticator } from './stomp-authenticator.js';
import { SubscriptionAuthorizer } from './subscription-authorizer.js';

/** How a client sees an error of ours: by the error table, ERROR and close, or a refusal on its own `/user/queue/errors`. */
export function toStompError(error: unknown, logger: Logger): StompRefusal | StompFatal {
  const appError = AppError.from(error);
  const { row, code, message } = appError;
  if (row.status >= 500) logger.error({ err: appError.cause ?? appError, code }, 'a live request failed');
  if (row.stomp === 'error') return new StompFatal(message);
  return new StompRefusal(code, message, { counted: row.status < 500 });
}

/** What the chat decides about STOMP sessions; the rest is the server's. */
export function createStompOptions(
  app: INestApplicationContext,
  config: AppConfig,
  logger: Logger,
): StompServerOptions {
  const authenticator = app.get(StompAuthenticator);
  const authorizer = app.get(SubscriptionAuthorizer);
  const rates = app.get(LiveRates);
  const { heartbeatMs, limits, connections, handshakesPerSecond } = config.stomp;
  return {
    path: STOMP_ENDPOINT,
    allowedOrigins: config.corsOrigins,
    heartbeat: [heartbeatMs, heartbeatMs],
    limits,
    transportLimits: {
      connections,
      connectionsPerSecond: config.rateLimits.enabled ? handshakesPerSecond : Number.POSITIVE_INFINITY,
    },
    responseHeaders: { ...SECURITY_HEADERS, [HEADERS.instanceId]: config.instanceId },
    authenticate: (headers, origin) => Promise.resolve(authenticator.authenticate(headers, origin)),
    authorizeSubscription: (session, destination) => authorizer.authorize(session, destination),
    admitFrame: (session, command) => rates.admitFrame(session, command),
    mapError: (error) => toStompError(error, logger),
    onError: (error) => logger.error({ err: error }, 'a live listener failed'),
    shutdown: { code: 1012, spreadMs: config.shutdown.spreadMs, timeoutMs: config.shutdown.drainMs },
  };
}
