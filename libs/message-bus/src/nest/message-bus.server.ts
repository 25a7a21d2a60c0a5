import { TOPICS, type TopicName } from '@app/contracts';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { BusConsumer, IncomingRecord, MessageBus } from '../message-bus.js';
import { BusContext } from './bus-context.js';

export interface MessageBusServerOptions {
  /** Open; whoever made it closes it, after the application. */
  readonly bus: MessageBus;
  /** Consumer group, unique per instance: `chat-fanout-<instanceId>`. */
  readonly group: string;
  /** Topics to consume; default all. */
  readonly topics?: readonly TopicName[];
}

/**
 * The Nest transport over any {@link MessageBus}: each record goes to the `@EventPattern(topic)` method of its topic, which is awaited,
 * whether it answers with a promise or an Observable. What it throws reaches the bus, which brings the record again. `listen` resolves when
 * the group is positioned, so call `startAllMicroservices()` before the HTTP server listens.
 */
export class MessageBusServer extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  override readonly transportId = Symbol('message-bus');
  private readonly handlers = new Map<TopicName, MessageHandler>();
  private consumer: BusConsumer | null = null;

  constructor(private readonly options: MessageBusServerOptions) {
    super();
  }

  /** Calls back with an error when a topic has no handler (its records would be lost in silence) or the bus refuses. */
  async listen(callback: (error?: unknown) => void): Promise<void> {
    const topics = this.options.topics ?? Object.values(TOPICS);
    try {
      for (const topic of topics) this.handlers.set(topic, this.requireHandler(topic));
      this.consumer = await this.options.bus.consume(this.options.group, topics, (record) => this.handle(record));
    } catch (error) {
      callback(error);
      return;
    }
    callback();
  }

  async close(): Promise<void> {
    await this.consumer?.close();
  }

  on(): never {
    throw new Error('The message bus server has no events');
  }

  unwrap(): never {
    throw new Error('The message bus server wraps nothing; inject the MessageBus');
  }

  private async handle(record: IncomingRecord): Promise<void> {
    const result: unknown = await this.handlers.get(record.topic)!(record.value, new BusContext([record]));
    if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
  }

  private requireHandler(topic: TopicName): MessageHandler {
    const handler = this.getHandlerByPattern(topic);
    if (!handler) throw new Error(`No @EventPattern handles the topic ${topic}`);
    return handler;
  }
}
