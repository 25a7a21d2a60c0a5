import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { APP_DESTINATIONS, AppError, AuthResponseSchema, type AuthResponse } from '@app/contracts';
import type { StompSession } from '@app/stomp';
import type { LivePrincipal } from './connection-counts.js';
import { LiveBodyPipe } from './live-body.pipe.js';
import { StompAuthenticator } from './stomp-authenticator.js';

/** `/app/auth.refresh`: a live session goes on with the same user's newer token. */
@WebSocketGateway()
export class SessionGateway {
  constructor(private readonly authenticator: StompAuthenticator) {}

  @SubscribeMessage(APP_DESTINATIONS.refresh)
  refresh(
    @ConnectedSocket() session: StompSession<LivePrincipal>,
    @MessageBody(new LiveBodyPipe(AuthResponseSchema)) { token }: AuthResponse,
  ): void {
    const fresh = this.authenticator.find(token);
    if (fresh === null) throw new AppError('FORBIDDEN', { message: 'The token is not valid' });
    if (fresh.id !== session.principal.id)
      throw new AppError('FORBIDDEN', { message: 'The token belongs to another user' });
    session.principal = { ...fresh, address: session.principal.address };
  }
}
