import { HealthRegistry } from '@app/observability';
import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { Public } from '../auth/public.decorator.js';

/** Probes, run by Terminus on the app's HealthRegistry. They name what is degraded and tell nothing else; 503 in the one error form. */
@ApiExcludeController()
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly terminus: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly health: HealthRegistry,
  ) {}

  @Get('live')
  async live(): Promise<{ status: 'up' }> {
    await this.terminus.check([() => this.indicate('process', this.health.liveness())]);
    return { status: 'up' };
  }

  @Get('ready')
  async ready(): Promise<{ status: 'ready'; degraded: readonly string[] }> {
    const { ready, degraded } = await this.health.readiness();
    await this.terminus.check([() => this.indicate('service', ready)]);
    return { status: 'ready', degraded };
  }

  private indicate(name: string, isUp: boolean): HealthIndicatorResult {
    const indicator = this.indicators.check(name);
    return isUp ? indicator.up() : indicator.down();
  }
}
