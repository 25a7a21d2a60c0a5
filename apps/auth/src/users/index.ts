export { User } from './user.entity.js';
export { toPublicUserDto, toUserDto } from './user.dto.js';
export { PUBLIC_USER_COLUMNS, UsersRepository, type PublicUserRow } from './users.repository.js';
export { UsersModule } from './users.module.js';
