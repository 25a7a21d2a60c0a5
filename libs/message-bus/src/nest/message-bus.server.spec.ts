import 'reflect-metadata';
import { TOPICS, type TopicName } from '@app/contracts';
import { Controller, Logger, UseFilters, type INestMicroservice } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { defer, of, throwError, type Observable } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { InProcessMessageBus } from '../in-process-message-bus.js';
import { BusContext } from './bus-context.js';
import { BusExceptionFilter } from './bus-exception.filter.js';
import { MessageBusServer } from './message-bus.server.js';

Logger.overrideLogger(false);
const seen: { value: unknown; place: string }[] = [];
let failWith: Error | null = null;
const failOnce = (): void => {
  const error = failWith;
  failWith = null;
  if (error) throw error;
};

@Controller()
@UseFilters(BusExceptionFilter)
class MessagesListener {
  @EventPattern<TopicName>(TOPICS.messages)
  async onMessage(@Payload() value: unknown, @Ctx() context: BusContext): Promise<void> {
    await Promise.resolve();
    failOnce();
    const { topic, key, position } = context.record;
    seen.push({ value, place: `${topic} ${key} ${position}` });
  }
}

@Controller()
@UseFilters(BusExceptionFilter)
class ReceiptsListener {
  @EventPattern<TopicName>(TOPICS.readReceipts)
  onReceipt(@Payload() value: unknown): Observable<unknown> {
    return defer(() => {
      const error = failWith;
      failWith = null;
      if (error) return throwError(() => error);
      seen.push({ value, place: 'receipt' });
      return of(undefined);
    });
  }
}

class WatchedBus extends InProcessMessageBus {
  readonly failures: unknown[] = [];
  override consume(...[group, topics, handler]: Parameters<InProcessMessageBus['consume']>) {
    return super.consume(group, topics, (record) =>
      handler(record).catch((error: unknown) => {
        this.failures.push(error);
        throw error;
      }),
    );
  }
}

let app: INestMicroservice | null = null;
async function start(topics?: TopicName[], controllers: (new () => object)[] = [MessagesListener, ReceiptsListener]) {
  const bus = new WatchedBus();
  const module = await Test.createTestingModule({ controllers }).compile();
  app = module.createNestMicroservice({
    strategy: new MessageBusServer({ bus, group: 'chat-fanout-1', topics }),
    logger: false,
  });
  await app.listen();
  return bus;
}

afterEach(async () => {
  await app?.close();
  app = null;
  seen.length = 0;
  failWith = null;
});

describe('MessageBusServer', () => {
  it('routes each record to the @EventPattern of its topic, with its place on the bus', async () => {
    const bus = await start();
    await bus.publish(TOPICS.messages, [{ key: 'p:1:2', value: { n: 1 } }]);
    await bus.publish(TOPICS.readReceipts, [{ key: 'p:1:2', value: { n: 2 } }]);
    await vi.waitFor(() => expect(seen).toHaveLength(2));
    expect(seen).toContainEqual({ value: { n: 1 }, place: 'messages p:1:2 0' });
    expect(seen).toContainEqual({ value: { n: 2 }, place: 'receipt' });
    await bus.close();
  });

  it.each([TOPICS.messages, TOPICS.readReceipts])(
    'hands what a handler of %s threw to the bus as it is, which brings the record again',
    async (topic) => {
      const bus = await start();
      const planted = new Error('planted failure');
      failWith = planted;
      await bus.publish(topic, [{ key: 'p:1:2', value: 1 }]);
      await vi.waitFor(() => expect(seen).toHaveLength(1));
      expect(bus.failures).toEqual([planted]);
      await bus.close();
    },
  );

  it('consumes only the topics it was given', async () => {
    const bus = await start([TOPICS.messages], [MessagesListener]);
    await bus.publish(TOPICS.readReceipts, [{ key: 'p:1:2', value: 1 }]);
    await bus.publish(TOPICS.messages, [{ key: 'p:1:2', value: 2 }]);
    await vi.waitFor(() => expect(seen.map(({ value }) => value)).toEqual([2]));
    await bus.close();
  });

  it('refuses to listen when a topic has no handler', async () => {
    await expect(start(undefined, [MessagesListener])).rejects.toThrow(
      'No @EventPattern handles the topic read-receipts',
    );
  });

  it('refuses to listen when the bus refuses', async () => {
    const bus = new WatchedBus();
    await bus.close();
    const failure = await new Promise((resolve) => {
      const server = new MessageBusServer({ bus, group: 'chat-fanout-1', topics: [] });
      void server.listen(resolve);
    });
    expect(failure).toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('takes no record after it was closed', async () => {
    const bus = await start();
    await app!.close();
    await bus.publish(TOPICS.messages, [{ key: 'p:1:2', value: 1 }]);
    await bus.close();
    expect(seen).toEqual([]);
  });
});
