import { ERROR_TABLE, ErrorBodySchema, type ErrorCode } from '@app/contracts';
import { HttpCode, applyDecorators } from '@nestjs/common';
import { ApiProduces, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';

export interface ReturnsOptions {
  /** Default 200, for POST too. */
  readonly status?: number;
  readonly description?: string;
  /** What this operation can answer beside its result and beside what every operation can (400, 401, 413, 415, 429, 503). */
  readonly errors?: readonly ErrorCode[];
}

/** The documented error answers: one per status, with its codes. */
export function errorResponses(codes: readonly ErrorCode[]): MethodDecorator[] {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERROR_TABLE[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return [...byStatus].map(([status, ofStatus]) =>
    ApiResponse({ status, description: ofStatus.join(', '), standardSchema: ErrorBodySchema }),
  );
}

/** What an operation answers: the schema of its body, a plain text for `z.string()`, nothing for null. Sets the status and documents both. */
export function Returns(schema: z.ZodType | null, options: ReturnsOptions = {}): MethodDecorator {
  const status = options.status ?? 200;
  const description = options.description ?? '';
  const isText = schema instanceof z.ZodString;
  return applyDecorators(
    HttpCode(status),
    ...(isText ? [ApiProduces('text/plain')] : []),
    ApiResponse({ status, description, ...(schema ? { standardSchema: schema } : {}) }),
    ...errorResponses(options.errors ?? []),
  );
}
