import { AppError, type ErrorDetail } from '@app/contracts';
import { StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';

const MAX_DETAILS = 20;

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[];
}

const fieldOf = (issue: Issue): string =>
  (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');

function refuse(issues: readonly Issue[]): AppError {
  const details = issues.slice(0, MAX_DETAILS).map((issue) => ({ field: fieldOf(issue), message: issue.message }));
  return new AppError('VALIDATION_FAILED', { details });
}

/** Names the parameter (`@Query('q', …)`) before each field of its own value. */
const within = (name: string, details: readonly ErrorDetail[]): ErrorDetail[] =>
  details.map((detail) => ({ ...detail, field: detail.field === '' ? name : `${name}.${detail.field}` }));

/** Nest's own schema pipe with our 400: VALIDATION_FAILED, at most 20 `details`. */
export class SchemaValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => refuse(issues) });
  }

  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    try {
      return await super.transform(value, metadata);
    } catch (error) {
      if (!(error instanceof AppError) || metadata.data === undefined) throw error;
      throw new AppError(error.code, { details: within(metadata.data, error.details ?? []) });
    }
  }
}
