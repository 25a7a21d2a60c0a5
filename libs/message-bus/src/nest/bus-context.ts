import { BaseRpcContext } from '@nestjs/microservices';
import type { IncomingRecord } from '../message-bus.js';

/** What `@Ctx()` gives a handler: where its record stands on the bus. */
export class BusContext extends BaseRpcContext<[IncomingRecord]> {
  get record(): IncomingRecord {
    return this.getArgByIndex(0) as IncomingRecord;
  }
}
