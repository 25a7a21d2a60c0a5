import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  APP_DESTINATIONS,
  ChatMessageRequestSchema,
  LiveSendRequestSchema,
  TypingRequestSchema,
  type ChatMessageRequest,
  type LiveSendRequest,
  type TypingRequest,
} from '@app/contracts';
import type { Principal } from '@app/security';
import type { StompSession } from '@app/stomp';
import { MessagesService } from '../messages/index.js';
import { DirectMessagesService } from './direct-messages.service.js';
import { LiveBodyPipe } from './live-body.pipe.js';
import { LiveRates } from './live-rates.js';
import { TypingService } from './typing.service.js';

type ChatSession = StompSession<Principal>;

/** What clients SEND to `/app/chat.*`. The sender is always the session's principal, whatever the body says. */
@WebSocketGateway()
export class ChatGateway {
  constructor(
    private readonly messages: MessagesService,
    private readonly directMessages: DirectMessagesService,
    private readonly typing: TypingService,
    private readonly rates: LiveRates,
  ) {}

  /** The durable path: the RECEIPT leaves when this promise settles, which is after COMMIT. */
  @SubscribeMessage(APP_DESTINATIONS.send)
  async send(
    @ConnectedSocket() session: ChatSession,
    @MessageBody(new LiveBodyPipe(LiveSendRequestSchema)) body: LiveSendRequest,
  ): Promise<void> {
    this.rates.takeMessage(session.principal);
    await this.messages.sendLive(session.principal, body);
  }

  /** The seed's direct path: not stored. */
  @SubscribeMessage(APP_DESTINATIONS.sendMessage)
  async sendMessage(
    @ConnectedSocket() session: ChatSession,
    @MessageBody(new LiveBodyPipe(ChatMessageRequestSchema)) body: ChatMessageRequest,
  ): Promise<void> {
    this.rates.takeMessage(session.principal);
    await this.directMessages.sendDirect(session.principal, body);
  }

  @SubscribeMessage(APP_DESTINATIONS.typing)
  async type(
    @ConnectedSocket() session: ChatSession,
    @MessageBody(new LiveBodyPipe(TypingRequestSchema)) body: TypingRequest,
  ): Promise<void> {
    if (this.rates.takeTyping(session.principal)) await this.typing.notify(session.principal, body);
  }
}
