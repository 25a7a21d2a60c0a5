import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { parsePageRequest, type PageOptions, type PageRequest } from './page-request.js';

const readPage = createParamDecorator((options: PageOptions, context: ExecutionContext): PageRequest =>
  parsePageRequest(context.switchToHttp().getRequest<FastifyRequest>().query as Record<string, unknown>, options),
);

/** The {@link PageRequest} of a request: `page` from 0, `size`, `sort=field,asc|desc` (repeatable). */
export const PageQuery =
  <F extends string>(options: PageOptions<F>): ParameterDecorator =>
  (target, key, index) => {
    readPage(options as PageOptions)(target, key, index);
    const descriptor = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
    if (key === undefined || !descriptor) return;
    const { defaultSize = 20, maxSize = 100 } = options;
    const orders = options.sort.flatMap((field) => [field, `${field},asc`, `${field},desc`]);
    const page = { type: 'integer', minimum: 0, default: 0 };
    const size = { type: 'integer', minimum: 1, default: defaultSize };
    const sort = { type: 'array', items: { type: 'string', enum: orders }, default: [options.defaultSort] };
    ApiQuery({ name: 'page', required: false, description: 'From 0.', schema: page })(target, key, descriptor);
    ApiQuery({ name: 'size', required: false, description: `At most ${maxSize}; more is clamped.`, schema: size })(
      target,
      key,
      descriptor,
    );
    ApiQuery({ name: 'sort', required: false, schema: sort })(target, key, descriptor);
  };
