import { AppError, type Page, type PageSort } from '@app/contracts';

export interface SortOrder<F extends string = string> {
  readonly field: F;
  readonly direction: 'asc' | 'desc';
}

/** What a list was asked for; `page` counts from 0, `offset` = page * size. */
export interface PageRequest<F extends string = string> {
  readonly page: number;
  readonly size: number;
  readonly offset: number;
  /** Never empty: the default where the request gave none. */
  readonly sort: readonly SortOrder<F>[];
}

export interface PageOptions<F extends string = string> {
  /** Fields that may be sorted by. */
  readonly sort: readonly F[];
  /** As a request would say it: `id,asc`. */
  readonly defaultSort: `${F},${'asc' | 'desc'}`;
  /** 20. */
  readonly defaultSize?: number;
  /** Larger sizes are clamped to it; 100. */
  readonly maxSize?: number;
}

const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);

/** The number when it is one from `min` on, else the fallback, as Spring's resolver does it. */
function wholeNumber(value: unknown, min: number, fallback: number): number {
  const text = first(value);
  const number = Number(text);
  return typeof text === 'string' && /^\d{1,9}$/.test(text) && number >= min ? number : fallback;
}

function parseSort<F extends string>(value: unknown, fields: readonly F[]): SortOrder<F>[] {
  const texts = (Array.isArray(value) ? value : [value]).filter((text) => text !== undefined && text !== '');
  return texts.map((text) => {
    const [name, direction = 'asc', ...rest] = typeof text === 'string' ? text.split(',') : [];
    const field = fields.find((candidate) => candidate === name);
    const order = direction.toLowerCase();
    if (field === undefined || (order !== 'asc' && order !== 'desc') || rest.length > 0)
      throw new AppError('VALIDATION_FAILED', {
        details: [{ field: 'sort', message: `must be one of ${fields.join(', ')}, with ,asc or ,desc` }],
      });
    return { field, direction: order };
  });
}

/** `page`, `size` and `sort` of a query (api.md, Conventions). Throws VALIDATION_FAILED for a sort that is not offered. */
export function parsePageRequest<F extends string>(
  query: Readonly<Record<string, unknown>>,
  options: PageOptions<F>,
): PageRequest<F> {
  const page = wholeNumber(query.page, 0, 0);
  const size = Math.min(wholeNumber(query.size, 1, options.defaultSize ?? 20), options.maxSize ?? 100);
  const asked = parseSort(query.sort, options.sort);
  const sort = asked.length > 0 ? asked : parseSort(options.defaultSort, options.sort);
  return { page, size, offset: page * size, sort };
}

const SORTED: PageSort = { empty: false, sorted: true, unsorted: false };

/** Spring Data's Page around the content of one page and the total over all. */
export function toPage<T>(content: readonly T[], total: number, request: PageRequest): Page<T> {
  const { page, size, offset } = request;
  const totalPages = Math.ceil(total / size);
  return {
    content,
    pageable: { pageNumber: page, pageSize: size, offset, paged: true, unpaged: false, sort: SORTED },
    totalElements: total,
    totalPages,
    last: page >= totalPages - 1,
    size,
    number: page,
    sort: SORTED,
    numberOfElements: content.length,
    first: page === 0,
    empty: content.length === 0,
  };
}
