import { Injectable } from '@nestjs/common';
import { AppError } from '@app/contracts';
import { Database, failpoint, isUniqueViolation } from '@app/database';
import { OutboxRelay } from '../outbox/index.js';
import { AcceptTransaction, type Acceptance } from './accept-transaction.js';
import type { Send, SendOutcome } from './send.js';

export interface AcceptedBatch {
  /** In the order of the batch. */
  readonly outcomes: readonly SendOutcome[];
  /** To be called once everybody has been answered; never throws. */
  readonly afterAnswers: () => void;
}

/** Instances race with the same client message id or for the same first contact: the loser finds the winner's row at its next try. */
const ATTEMPTS = 3;

@Injectable()
export class SendAcceptor {
  constructor(
    private readonly database: Database,
    private readonly transaction: AcceptTransaction,
    private readonly relay: OutboxRelay,
  ) {}

  /** Resolves after COMMIT. Rejects when nothing was accepted, with OUTCOME_UNKNOWN when nobody knows. */
  async acceptBatch(batch: readonly Send[]): Promise<AcceptedBatch> {
    failpoint('send.before_tx');
    try {
      const { outcomes, records } = await this.commit(batch);
      return { outcomes, afterAnswers: () => this.relay.committed(records) };
    } catch (error) {
      // It may be stored: then only the table knows its events.
      if (error instanceof AppError && error.code === 'OUTCOME_UNKNOWN') this.relay.poke();
      throw error;
    }
  }

  /** As {@link acceptBatch} for one send that lost against another instance, or whose batch failed by another's fault. */
  async acceptAlone(send: Send): Promise<AcceptedBatch> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.acceptBatch([send]);
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        if (attempt === ATTEMPTS) throw new AppError('UNAVAILABLE', { cause: error });
      }
    }
  }

  private async commit(batch: readonly Send[]): Promise<Acceptance> {
    const acceptance = await this.database.transaction(async (em) => {
      const inside = await this.transaction.accept(em, batch);
      failpoint('send.before_commit');
      return inside;
    });
    try {
      failpoint('send.after_commit');
      failpoint('send.before_ack');
    } catch (cause) {
      throw new AppError('OUTCOME_UNKNOWN', { cause });
    }
    return acceptance;
  }
}
