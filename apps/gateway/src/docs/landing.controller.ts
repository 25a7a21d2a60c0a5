import { Public } from '@app/http-kit';
import { Controller, Get, Redirect } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';

/** Someone who opens the gateway's address in a browser finds what there is. */
@ApiExcludeController()
@Public()
@Controller()
export class LandingController {
  @Get()
  @Redirect('/docs', 302)
  showDocuments(): void {}
}
