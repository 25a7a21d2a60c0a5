import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';

/**
 * Hands a handler's exception to the bus as it is, so that the record comes again. Nest's base filter would put `{status, message: 'Internal
 * server error'}` in its place (libraries.md section 3). Bind it with `@UseFilters(BusExceptionFilter)` on every listener.
 */
@Catch()
export class BusExceptionFilter implements RpcExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}
