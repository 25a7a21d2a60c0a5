import type { PublicUserDto, UserDto } from '@app/contracts';
import type { User } from './user.entity.js';

type PublicFields = Pick<User, 'id' | 'username' | 'profilePictureUrl' | 'about'>;

/** As others see a user. */
export const toPublicUserDto = ({ id, username, profilePictureUrl, about }: PublicFields): PublicUserDto => ({
  id,
  username,
  profilePictureUrl,
  about,
});

/** As a user sees the own account. */
export const toUserDto = (user: User): UserDto => ({
  id: user.id,
  username: user.username,
  email: user.email ?? '',
  role: user.role,
  profilePictureUrl: user.profilePictureUrl,
  about: user.about,
});
