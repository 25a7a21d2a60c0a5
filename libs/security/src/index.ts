export type { Principal } from './principal.js';
export { TokenService, TOKEN_VERIFICATION, type IssueOptions, type TokenSubject } from './token.service.js';
export {
  RevocationList,
  type RevocationListener,
  type RevocationReason,
  type RevocationRow,
} from './revocation-list.js';
export { PasswordHasher, type PasswordEngine, type PasswordHasherOptions } from './password-hasher.js';
