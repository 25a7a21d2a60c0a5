export { createAuthApp, type AuthDependencies } from './auth-app.js';
export { AuthModule } from './auth.module.js';
export { authSchema } from './auth-schema.js';
