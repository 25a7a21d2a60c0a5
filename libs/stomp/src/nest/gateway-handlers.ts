import type { WsMessageHandler } from '@nestjs/common';
import { isObservable, lastValueFrom } from 'rxjs';
import type { ApplicationHandler, ApplicationHandlers } from '../broker/application-handlers.js';
import type { StompSession } from '../broker/stomp-session.js';
import { HandlerCall } from './handler-call.js';
import { parseJsonBody } from './json-body.js';

/**
 * The gateway methods of each session as Nest bound them. `@SubscribeMessage('chat.typing')` is SEND to `/app/chat.typing`; a method's
 * promise or observable is waited for, its value is ignored.
 */
export class GatewayHandlers implements ApplicationHandlers {
  private readonly bound = new WeakMap<StompSession, WsMessageHandler[]>();

  /** Called once per gateway class for the same session. */
  bind(session: StompSession, handlers: readonly WsMessageHandler[]): void {
    const known = this.bound.get(session);
    if (known === undefined) this.bound.set(session, [...handlers]);
    else known.push(...handlers);
  }

  find(session: StompSession, name: string): ApplicationHandler | undefined {
    const found = this.bound.get(session)?.find(({ message }) => message === name || message === `/${name}`);
    return found === undefined ? undefined : ({ body }) => call(found, body);
  }
}

async function call(handler: WsMessageHandler, body: Buffer): Promise<void> {
  const handlerCall = new HandlerCall();
  const result: unknown = await handler.callback(parseJsonBody(body), handlerCall);
  if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
  handlerCall.rethrow();
}
