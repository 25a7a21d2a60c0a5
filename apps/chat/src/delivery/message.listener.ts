import { Controller, Logger, UseFilters } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { AppError, BusEventSchema, TOPICS, type TopicName } from '@app/contracts';
import { failpoint } from '@app/database';
import { BusContext, BusExceptionFilter, type IncomingRecord } from '@app/message-bus';
import { DeliveryService } from './delivery.service.js';

/** Tries of a record that fails for another reason than an outage, before it is given up: it would hold up its partition for ever. */
const TRIES = 5;

/** The bus side of delivery. A bad record goes to the dead-letter log and never comes again; during an outage of the database it does. */
@Controller()
@UseFilters(BusExceptionFilter)
export class MessageListener {
  private readonly deadLetters = new Logger('DeadLetters');
  private readonly failures = new Map<string, { readonly position: number; count: number }>();

  constructor(private readonly delivery: DeliveryService) {}

  @EventPattern<TopicName>(TOPICS.messages)
  onMessage(@Payload() value: unknown, @Ctx() context: BusContext): Promise<void> | void {
    return this.receive(value, context.record);
  }

  @EventPattern<TopicName>(TOPICS.readReceipts)
  onReadReceipt(@Payload() value: unknown, @Ctx() context: BusContext): Promise<void> | void {
    return this.receive(value, context.record);
  }

  private async receive(value: unknown, record: IncomingRecord): Promise<void> {
    const parsed = BusEventSchema.safeParse(value);
    if (!parsed.success) {
      const fields = parsed.error.issues.map(({ path, code }) => `${path.join('.') || 'value'} ${code}`);
      this.bury(record, fields.slice(0, 5).join(', '));
      return;
    }
    if (parsed.data.conversationId !== record.key) {
      this.bury(record, 'the key is not the conversation');
      return;
    }
    try {
      failpoint('fanout.after_receive');
      await this.delivery.accept(parsed.data);
    } catch (error) {
      if (this.mayComeAgain(record, AppError.from(error))) throw error;
    }
  }

  private mayComeAgain(record: IncomingRecord, error: AppError): boolean {
    if (error.code === 'UNAVAILABLE') return true;
    const partition = `${record.topic}/${record.partition}`;
    const failure = this.failures.get(partition);
    const count = failure?.position === record.position ? failure.count + 1 : 1;
    this.failures.set(partition, { position: record.position, count });
    if (error.row.consumer === 'retry' && count < TRIES) return true;
    this.bury(record, error.cause instanceof Error ? error.cause.message : error.message);
    return false;
  }

  private bury({ topic, partition, position }: IncomingRecord, reason: string): void {
    this.deadLetters.error(`Record ${topic}/${partition}/${position} is given up: ${reason}`);
  }
}
