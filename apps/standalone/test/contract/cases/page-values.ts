import type { Page } from '@app/contracts';
import { expect } from 'vitest';
import type { Cases, CaseRequest } from './contract-case.js';
import type { Cast } from './cast.js';

type Make = (cast: Cast, query: string) => CaseRequest;

const sizeIs =
  (size: number, number = 0) =>
  ({ body }: { body: unknown }): void => {
    const page = body as Page<unknown>;
    expect([page.size, page.pageable.pageSize, page.number]).toEqual([size, size, number]);
    const { pageable, numberOfElements, content, first, empty, totalPages, totalElements, last } = page;
    expect([pageable.offset, numberOfElements, first, empty]).toEqual([
      size * number,
      content.length,
      number === 0,
      content.length === 0,
    ]);
    expect([totalPages, last]).toEqual([Math.ceil(totalElements / size), number >= totalPages - 1]);
  };

/** What Spring's resolver would not take falls back to the default. */
const NO_NUMBERS = [
  '-1',
  'abc',
  '[object%20Object]',
  '',
  '1.5',
  '1e3',
  '0x1',
  '%EF%BC%91',
  'NaN',
  '99999999999999999999',
];

/** Page, size and sort of a list (api.md, Conventions). */
export function pageCases(cases: Cases, make: Make, sorts: readonly string[], defaults = 20): void {
  cases
    .allows('the default page', (cast) => make(cast, ''), sizeIs(defaults))
    .allows('size 1', (cast) => make(cast, 'size=1'), sizeIs(1))
    .allows('size 100', (cast) => make(cast, 'size=100'), sizeIs(100))
    .allows('size 101 is clamped', (cast) => make(cast, 'size=101'), sizeIs(100))
    .allows('size 0 falls back', (cast) => make(cast, 'size=0'), sizeIs(defaults))
    .allows('a page beyond the end', (cast) => make(cast, 'page=7&size=5'), sizeIs(5, 7))
    .allows('size twice: the first counts', (cast) => make(cast, 'size=3&size=4'), sizeIs(3));
  for (const text of NO_NUMBERS) {
    cases.allows(`size=${text} falls back`, (cast) => make(cast, `size=${text}`), sizeIs(defaults));
    cases.allows(`page=${text} falls back`, (cast) => make(cast, `page=${text}`), sizeIs(defaults));
  }
  for (const field of sorts) {
    cases.allows(`sort=${field}`, (cast) => make(cast, `sort=${field}`));
    cases.allows(`sort=${field},desc`, (cast) => make(cast, `sort=${field},desc`));
    cases.allows(`sort=${field},asc and again`, (cast) => make(cast, `sort=${field},ASC&sort=${field},desc`));
  }
  for (const sort of [
    'password',
    'email',
    'id;drop',
    'constructor',
    '__proto__',
    `${sorts[0]},sideways`,
    `${sorts[0]},asc,desc`,
  ])
    cases.takes('sort', (cast, value) => make(cast, `sort=${String(value)}`), { good: {}, bad: { [sort]: sort } });
}
