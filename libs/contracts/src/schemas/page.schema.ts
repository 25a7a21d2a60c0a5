import { z } from 'zod';

const SortSchema = z.object({ empty: z.boolean(), sorted: z.boolean(), unsorted: z.boolean() });

/** Spring Data's Page in its own JSON form. */
export const pageSchema = <T extends z.ZodType>(item: T) =>
  z.object({
    content: z.array(item),
    pageable: z.object({
      pageNumber: z.int().min(0),
      pageSize: z.int().min(1),
      offset: z.int().min(0),
      paged: z.literal(true),
      unpaged: z.literal(false),
      sort: SortSchema,
    }),
    totalElements: z.int().min(0),
    totalPages: z.int().min(0),
    last: z.boolean(),
    size: z.int().min(1),
    number: z.int().min(0),
    sort: SortSchema,
    numberOfElements: z.int().min(0),
    first: z.boolean(),
    empty: z.boolean(),
  });

export interface PageSort {
  readonly empty: boolean;
  readonly sorted: boolean;
  readonly unsorted: boolean;
}

/** Spring Data's Page; `number` counts from 0. */
export interface Page<T> {
  readonly content: readonly T[];
  readonly pageable: {
    readonly pageNumber: number;
    readonly pageSize: number;
    readonly offset: number;
    readonly paged: true;
    readonly unpaged: false;
    readonly sort: PageSort;
  };
  readonly totalElements: number;
  readonly totalPages: number;
  readonly last: boolean;
  readonly size: number;
  readonly number: number;
  readonly sort: PageSort;
  readonly numberOfElements: number;
  readonly first: boolean;
  readonly empty: boolean;
}

export const ErrorBodySchema = z.object({
  timestamp: z.string(),
  status: z.int(),
  error: z.string(),
  message: z.string(),
  path: z.string(),
  code: z.string(),
  requestId: z.string(),
  details: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});
export type ErrorBody = z.infer<typeof ErrorBodySchema>;
