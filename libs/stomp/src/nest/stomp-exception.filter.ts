import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { EXCEPTION_FILTERS_METADATA } from '@nestjs/common/constants.js';
import type { ModulesContainer } from '@nestjs/core';
import { GATEWAY_METADATA } from '@nestjs/websockets/constants.js';
import { HandlerCall } from './handler-call.js';

/**
 * Brings what guards, pipes, interceptors and methods of a gateway throw to the session, which refuses the frame. Nest has no global filters
 * for gateways, and its own default answers in Socket.IO's format and logs every refusal as an error.
 */
@Catch()
export class StompExceptionFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const call = host.getArgs<unknown[]>().find((argument) => argument instanceof HandlerCall);
    if (call === undefined) throw error;
    call.fail(error);
  }
}

/** Puts the filter behind the own filters of every gateway class; those answer first. To be called before gateways are connected. */
export function filterGateways(modules: ModulesContainer): void {
  for (const module of modules.values()) {
    for (const { metatype } of module.providers.values()) {
      if (typeof metatype !== 'function' || Reflect.getMetadata(GATEWAY_METADATA, metatype) !== true) continue;
      const own = (Reflect.getMetadata(EXCEPTION_FILTERS_METADATA, metatype) ?? []) as readonly unknown[];
      if (own.some((filter) => filter instanceof StompExceptionFilter)) continue;
      Reflect.defineMetadata(EXCEPTION_FILTERS_METADATA, [new StompExceptionFilter(), ...own], metatype);
    }
  }
}
