import { Injectable } from '@nestjs/common';
import { AppError } from '@app/contracts';
import { RateLimiter } from '@app/http-kit';
import type { Principal } from '@app/security';
import type { StompSession } from '@app/stomp';

/** The rates of live clients (reliability.md section 8); messages draw from the same bucket as those sent by REST. */
@Injectable()
export class LiveRates {
  constructor(private readonly limiter: RateLimiter) {}

  takeMessage(sender: Principal): void {
    this.limiter.assertAllowed('messages', sender.id);
  }

  /** False: drop it without a word. */
  takeTyping(sender: Principal): boolean {
    return this.limiter.take('typing', sender.id);
  }

  /** Every frame counts, and a SUBSCRIBE once more. */
  admitFrame(session: StompSession, command: string): void {
    if (!this.limiter.take('frames', session.id)) throw new AppError('RATE_LIMITED');
    if (command === 'SUBSCRIBE' && !this.limiter.take('subscribe', session.id)) throw new AppError('RATE_LIMITED');
  }
}
