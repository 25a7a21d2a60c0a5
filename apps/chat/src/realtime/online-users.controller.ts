import { Controller, Get } from '@nestjs/common';
import { OnlineUsersSchema } from '@app/contracts';
import { CurrentPrincipal, Returns } from '@app/http-kit';
import type { Principal } from '@app/security';
import { OnlineUsersService } from './online-users.service.js';

@Controller('api/chat/users')
export class OnlineUsersController {
  constructor(private readonly online: OnlineUsersService) {}

  @Get('online')
  @Returns(OnlineUsersSchema, {
    description: 'Usernames online, without those who block the caller, at most 1,000',
    errors: ['PRESENCE_UNAVAILABLE'],
  })
  listOnlineUsers(@CurrentPrincipal() caller: Principal): Promise<string[]> {
    return this.online.listOnlineUsers(caller.id);
  }
}
