import { createRequire } from 'node:module';

/** What these tests use of `sockjs-client` 1.6, which comes without types. */
export interface SockJsClient {
  readonly readyState: number;
  readonly transport: string | null;
  addEventListener(type: 'message', listener: (event: { data: string }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** The real client, on one transport only. */
export const SockJs = createRequire(import.meta.url)('sockjs-client') as new (
  url: string,
  protocols: undefined,
  options: { transports: string },
) => SockJsClient;

export const SOCKJS_TRANSPORTS = ['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling'] as const;
