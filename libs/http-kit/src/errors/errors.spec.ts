import { AppError, ERROR_CODES, ErrorBodySchema, type ErrorCode } from '@app/contracts';
import { BadRequestException, HttpException, NotFoundException, ServiceUnavailableException } from '@nestjs/common';
import { errorCodes } from 'fastify';
import { describe, expect, it } from 'vitest';
import { errorBody, errorHeaders } from './error-body.js';
import { toAppError } from './to-app-error.js';

describe('the body of an error', () => {
  it("has Spring Boot's fields, the code and the request's id", () => {
    const body = errorBody(new AppError('NOT_FOUND'), '/api/users/9?x=secret', 'r-1', Date.UTC(2026, 10, 22, 10));
    expect(body).toEqual({
      timestamp: '2026-11-22T10:00:00.000Z',
      status: 404,
      error: 'Not Found',
      message: 'There is no such thing',
      path: '/api/users/9',
      code: 'NOT_FOUND',
      requestId: 'r-1',
    });
  });

  it('has details only when there are some', () => {
    const details = [{ field: 'name', message: 'too long' }];
    expect(errorBody(new AppError('VALIDATION_FAILED', { details }), '/', 'r')).toMatchObject({ details });
  });

  it.each(ERROR_CODES)('%s fits its schema and never tells why a token was refused', (code) => {
    const body = ErrorBodySchema.strict().parse(errorBody(new AppError(code), '/x', 'r'));
    const hidden: ErrorCode[] = ['TOKEN_EXPIRED', 'SESSION_ENDED'];
    expect(body.code).toBe(hidden.includes(code) ? 'UNAUTHENTICATED' : code);
  });
});

describe('the headers of an error', () => {
  it('ask for a token on 401', () => {
    expect(errorHeaders(new AppError('UNAUTHENTICATED'))).toEqual({ 'www-authenticate': 'Bearer' });
    expect(errorHeaders(new AppError('BAD_CREDENTIALS'))).toEqual({ 'www-authenticate': 'Bearer' });
  });

  it.each([
    [undefined, '1'],
    [0, '1'],
    [0.2, '1'],
    [1.2, '2'],
    [900, '900'],
  ])('say when to try again: %s s is %s', (retryAfterSeconds, header) => {
    for (const code of ['RATE_LIMITED', 'UNAVAILABLE', 'OUTCOME_UNKNOWN'] as const)
      expect(errorHeaders(new AppError(code, retryAfterSeconds === undefined ? {} : { retryAfterSeconds }))).toEqual({
        'retry-after': header,
      });
  });

  it('are its own, too', () => {
    expect(errorHeaders(new AppError('METHOD_NOT_ALLOWED', { headers: { allow: 'GET' } }))).toEqual({ allow: 'GET' });
  });
});

describe('an error of the framework', () => {
  it.each<[string, Error, ErrorCode]>([
    ['a Nest 404', new NotFoundException('Cannot GET /x'), 'NOT_FOUND'],
    ['a Nest 400', new BadRequestException('bad'), 'BAD_REQUEST'],
    ['a Nest 503', new ServiceUnavailableException(), 'UNAVAILABLE'],
    ['a Nest 418', new HttpException('teapot', 418), 'BAD_REQUEST'],
    ['a Nest 500', new HttpException('broken', 500), 'INTERNAL'],
    ['too large a body', new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE(), 'PAYLOAD_TOO_LARGE'],
    ['an unknown media type', new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(), 'UNSUPPORTED_MEDIA_TYPE'],
    ['a wrong content-length', new errorCodes.FST_ERR_CTP_INVALID_CONTENT_LENGTH(), 'BAD_REQUEST'],
    ['an unreadable URL', new errorCodes.FST_ERR_BAD_URL('%zz'), 'BAD_REQUEST'],
  ])('%s keeps its meaning but not its text', (_case, error, code) => {
    const mapped = toAppError(error);
    expect(mapped.code).toBe(code);
    expect(mapped.message).toBe(new AppError(code).message);
    expect(mapped.cause).toBe(error);
  });

  it('that is none of ours is INTERNAL, with its cause', () => {
    for (const error of [new Error('x'), Object.assign(new Error('x'), { statusCode: 400 }), 'text', null]) {
      expect(toAppError(error)).toMatchObject({ code: 'INTERNAL', message: 'Internal error' });
    }
  });

  it('that is an AppError stays itself', () => {
    const error = new AppError('BLOCKED');
    expect(toAppError(error)).toBe(error);
  });
});
