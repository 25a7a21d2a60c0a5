import { Injectable, type PipeTransform } from '@nestjs/common';
import { AppError } from '@app/contracts';
import type { z } from 'zod';

/** Validates the JSON body of a SEND; the HTTP side's global pipe does not reach gateways. */
@Injectable()
export class LiveBodyPipe<S extends z.ZodType> implements PipeTransform<unknown, z.infer<S>> {
  constructor(private readonly schema: S) {}

  transform(body: unknown): z.infer<S> {
    const result = this.schema.safeParse(body);
    if (result.success) return result.data;
    const details = result.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
    throw new AppError('VALIDATION_FAILED', { details });
  }
}
