import { Inject, Injectable } from '@nestjs/common';
import type { PublicUserDto, SignalPayload } from '@app/contracts';
import { Signals } from '@app/message-bus';
import type { Logger } from '@app/observability';
import { AUTH_LOGGER } from '../auth.tokens.js';
import { ContactsRepository } from '../contacts/index.js';

/** A profile change is told to so many at most; the others see it when they load the profile. */
const FOLLOWERS_TOLD = 1_000;

/** Tells live sessions that a profile changed: a comfort, so a failure costs nothing else. */
@Injectable()
export class ProfileAnnouncer {
  constructor(
    private readonly contacts: ContactsRepository,
    private readonly signals: Signals,
    @Inject(AUTH_LOGGER) private readonly logger: Logger,
  ) {}

  async announce(user: PublicUserDto): Promise<void> {
    try {
      const userIds = await this.contacts.listFollowers(user.id, FOLLOWERS_TOLD);
      const payload: SignalPayload<'profile-changed'> = { user, userIds };
      if (userIds.length > 0) await this.signals.publish({ kind: 'profile-changed', payload });
    } catch (error) {
      this.logger.warn({ err: error, userId: user.id }, 'a profile change could not be told');
    }
  }
}
