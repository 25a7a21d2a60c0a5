import { SetMetadata } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExtension } from '@nestjs/swagger';
import { PUBLIC_EXTENSION } from '../openapi/extensions.js';

export const IS_PUBLIC = 'http-kit:public';

function markMethod(target: object, key: string | symbol, descriptor: PropertyDescriptor): void {
  SetMetadata(IS_PUBLIC, true)(target, key, descriptor);
  RouteConfig({ public: true })(target, key, descriptor);
  ApiExtension(PUBLIC_EXTENSION, true)(target, key, descriptor);
}

/** No token is needed here; one that is sent is not looked at. On a class: for all its methods. */
export const Public =
  (): MethodDecorator & ClassDecorator =>
  (target: object, key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (key !== undefined && descriptor !== undefined) return markMethod(target, key, descriptor);
    const { prototype } = target as { prototype: object };
    for (const [name, method] of Object.entries(Object.getOwnPropertyDescriptors(prototype)))
      if (name !== 'constructor' && typeof method.value === 'function') markMethod(prototype, name, method);
    return undefined;
  };
