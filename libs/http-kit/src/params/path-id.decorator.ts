import { AppError } from '@app/contracts';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

const ID_PATTERN = '^[1-9]\\d{0,15}$';
const ID = new RegExp(ID_PATTERN);

/** An id as a path carries it. Throws VALIDATION_FAILED for anything but 1 to 2^53-1 in its one decimal form. */
export function parseId(text: unknown, field: string): number {
  const id = Number(text);
  if (typeof text !== 'string' || !ID.test(text) || !Number.isSafeInteger(id))
    throw new AppError('VALIDATION_FAILED', { details: [{ field, message: 'must be an id' }] });
  return id;
}

const readId = createParamDecorator((name: string, context: ExecutionContext): number => {
  const params = context.switchToHttp().getRequest<FastifyRequest>().params as Record<string, unknown>;
  return parseId(params[name], name);
});

/** The id in the path segment `:name`, as a number; 400 when it is none. */
export const PathId =
  (name: string): ParameterDecorator =>
  (target, key, index) => {
    readId(name)(target, key, index);
    const descriptor = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
    if (key === undefined || !descriptor) return;
    const schema = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER };
    ApiParam({ name, required: true, schema })(target, key, descriptor);
  };
