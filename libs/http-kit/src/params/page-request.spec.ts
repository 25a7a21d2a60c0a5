import { AppError, ContactDtoSchema, pageSchema } from '@app/contracts';
import { describe, expect, it } from 'vitest';
import { parsePageRequest, toPage } from './page-request.js';
import { parseId } from './path-id.decorator.js';

const OPTIONS = { sort: ['id', 'contact.username'], defaultSort: 'id,asc' } as const;
const parse = (query: Record<string, unknown>) => parsePageRequest(query, { ...OPTIONS, sort: [...OPTIONS.sort] });

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'accepted';
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
};

describe('a page request', () => {
  it('has Spring defaults', () => {
    const sort = [{ field: 'id', direction: 'asc' }];
    expect(parse({})).toEqual({ page: 0, size: 20, offset: 0, sort });
  });

  it.each([
    [
      { page: '2', size: '10' },
      { page: 2, size: 10, offset: 20 },
    ],
    [{ size: '100' }, { size: 100 }],
    [{ size: '101' }, { size: 100 }],
    [{ size: '99999999' }, { size: 100 }],
    [{ size: '1' }, { size: 1 }],
    [{ size: '0' }, { size: 20 }],
    [{ size: '-5' }, { size: 20 }],
    [{ size: '[object Object]' }, { size: 20 }],
    [{ size: '1e1' }, { size: 20 }],
    [{ size: '10.5' }, { size: 20 }],
    [{ size: '' }, { size: 20 }],
    [{ size: ['7', '8'] }, { size: 7 }],
    [{ page: '-1' }, { page: 0 }],
    [{ page: 'NaN' }, { page: 0 }],
    [{ page: '9'.repeat(30) }, { page: 0 }],
    [{ page: '999999999', size: '100' }, { offset: 99_999_999_900 }],
  ])('of %j is %j', (query, expected) => expect(parse(query)).toMatchObject(expected));

  it.each([
    ['contact.username', [{ field: 'contact.username', direction: 'asc' }]],
    ['id,desc', [{ field: 'id', direction: 'desc' }]],
    ['id,DESC', [{ field: 'id', direction: 'desc' }]],
    [
      ['contact.username,desc', 'id'],
      [
        { field: 'contact.username', direction: 'desc' },
        { field: 'id', direction: 'asc' },
      ],
    ],
    ['', [{ field: 'id', direction: 'asc' }]],
  ])('sorts by %j', (sort, expected) => expect(parse({ sort }).sort).toEqual(expected));

  it.each([
    'password',
    'user.password',
    'id,sideways',
    'id,asc,desc',
    ',asc',
    'ID',
    'id;drop',
    ['id', 'email'],
    '__proto__',
  ])('refuses to sort by %j', (sort) => expect(codeOf(() => parse({ sort }))).toBe('VALIDATION_FAILED'));

  it('takes its own limits', () => {
    const request = parsePageRequest({ size: '500' }, { sort: ['seq'], defaultSort: 'seq,desc', maxSize: 200 });
    expect(request).toMatchObject({ size: 200, sort: [{ field: 'seq', direction: 'desc' }] });
    expect(parsePageRequest({}, { sort: ['seq'], defaultSort: 'seq,desc', defaultSize: 50 }).size).toBe(50);
  });
});

describe('a page', () => {
  const user = { id: 1, username: 'bob', profilePictureUrl: null, about: null };
  const contact = { id: 1, user, contact: user };

  it('has the form of Spring Data', () => {
    const page = toPage([contact], 41, parse({ page: '2', size: '20' }));
    expect(pageSchema(ContactDtoSchema).strict().parse(page)).toEqual(page);
    expect(page).toMatchObject({
      pageable: { pageNumber: 2, pageSize: 20, offset: 40, paged: true, unpaged: false },
      totalElements: 41,
      totalPages: 3,
      number: 2,
      numberOfElements: 1,
      first: false,
      last: true,
      empty: false,
      sort: { empty: false, sorted: true, unsorted: false },
    });
  });

  it.each([
    [0, '0', { totalPages: 0, first: true, last: true, empty: true }],
    [20, '0', { totalPages: 1, first: true, last: true }],
    [21, '0', { totalPages: 2, first: true, last: false }],
    [21, '1', { totalPages: 2, first: false, last: true }],
    [21, '9', { totalPages: 2, first: false, last: true }],
  ])('of %i in all, number %s, says %j', (total, page, expected) =>
    expect(toPage([], total, parse({ page }))).toMatchObject(expected),
  );
});

describe('an id in a path', () => {
  it.each(['1', '42', '9007199254740991'])('is %s', (text) => expect(parseId(text, 'id')).toBe(Number(text)));
  it.each([
    '0',
    '-1',
    '01',
    '1e3',
    '0x1',
    '1.0',
    ' 1',
    '１',
    '9007199254740992',
    '99999999999999999',
    'abc',
    '',
    undefined,
    7,
  ])('is not %j', (text) => expect(codeOf(() => parseId(text, 'id'))).toBe('VALIDATION_FAILED'));
});
