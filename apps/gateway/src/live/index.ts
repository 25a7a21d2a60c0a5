export { UpgradeService, wantsWebSocket } from './upgrade.service.js';
export { replayWithoutUpgrade } from './replay.js';
