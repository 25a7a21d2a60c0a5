import { z } from 'zod';
import { IdSchema, RoleSchema, hasForbiddenControl } from './primitives.schema.js';
import { pageSchema } from './page.schema.js';

const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length;

export const USERNAME_PATTERN = /^[A-Za-z0-9_.-]{3,32}$/;
export const UsernameSchema = z.string().regex(USERNAME_PATTERN, 'must be 3 to 32 of A-Z a-z 0-9 _ . -');
/** bcrypt looks at the first 72 bytes only, so longer passwords are refused instead of cut. */
export const PasswordSchema = z
  .string()
  .min(8, 'must have at least 8 characters')
  .refine((text) => utf8Bytes(text) <= 72, 'must have at most 72 bytes');

export const RegisterRequestSchema = z.object({
  username: UsernameSchema,
  email: z.email().max(254),
  password: PasswordSchema,
});
export type RegisterRequest = z.infer<typeof RegisterRequestSchema>;

/** Type and presence only: a login never tells which rule a name or password breaks. */
export const AuthRequestSchema = z.object({ username: z.string().min(1), password: z.string().min(1) });
export type AuthRequest = z.infer<typeof AuthRequestSchema>;
export const AuthResponseSchema = z.object({ token: z.string() });
export type AuthResponse = z.infer<typeof AuthResponseSchema>;

/** One's own account, as at registration and in the profile. */
export const UserDtoSchema = z.object({
  id: IdSchema,
  username: z.string(),
  email: z.string(),
  role: RoleSchema,
  profilePictureUrl: z.string().nullable(),
  about: z.string().nullable(),
});
export type UserDto = z.infer<typeof UserDtoSchema>;

/** A user as seen by others: `email` and `role` are left out. */
export const PublicUserDtoSchema = UserDtoSchema.omit({ email: true, role: true });
export type PublicUserDto = z.infer<typeof PublicUserDtoSchema>;

const isHttpUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol } = new URL(text);
  return protocol === 'http:' || protocol === 'https:';
};
/** An absent field stays as it is; null (or an empty picture) clears it. */
export const ProfileUpdateRequestSchema = z.object({
  profilePictureUrl: z
    .string()
    .max(2048)
    .refine((text) => text === '' || isHttpUrl(text), 'must be an http or https URL')
    .nullable()
    .optional(),
  about: z
    .string()
    .max(500)
    .refine((text) => !hasForbiddenControl(text), 'must not contain control characters')
    .nullable()
    .optional(),
});
export type ProfileUpdateRequest = z.infer<typeof ProfileUpdateRequestSchema>;

export const PasswordChangeRequestSchema = z.object({ oldPassword: z.string().min(1), newPassword: PasswordSchema });
export type PasswordChangeRequest = z.infer<typeof PasswordChangeRequestSchema>;
export const AccountDeletionRequestSchema = z.object({ password: z.string().min(1) });
export type AccountDeletionRequest = z.infer<typeof AccountDeletionRequestSchema>;

export const ContactDtoSchema = z.object({ id: IdSchema, user: PublicUserDtoSchema, contact: PublicUserDtoSchema });
export type ContactDto = z.infer<typeof ContactDtoSchema>;
export const ContactPageSchema = pageSchema(ContactDtoSchema);
export const ContactByUsernameRequestSchema = z.object({ username: z.string().min(1) });

export const BlockDtoSchema = z.object({ id: IdSchema, user: PublicUserDtoSchema, blockedUser: PublicUserDtoSchema });
export type BlockDto = z.infer<typeof BlockDtoSchema>;
export const BlockPageSchema = pageSchema(BlockDtoSchema);

export const PublicUserPageSchema = pageSchema(PublicUserDtoSchema);
export const PublicUserListSchema = z.array(PublicUserDtoSchema);

/** `GET /api/auth/export`: everything auth holds about the caller. */
export const AccountExportSchema = z.object({
  account: UserDtoSchema,
  contacts: z.array(ContactDtoSchema),
  blocks: z.array(BlockDtoSchema),
});
export type AccountExport = z.infer<typeof AccountExportSchema>;

export const StatusRequestSchema = z.object({ userIds: z.array(IdSchema).max(100) });
export type StatusRequest = z.infer<typeof StatusRequestSchema>;
/** Keys are ids as strings; values `online`, the last-seen time as epoch milliseconds in digits, or `offline`. */
export const StatusDtoSchema = z.object({ status: z.record(z.string(), z.string()) });
export type StatusDto = z.infer<typeof StatusDtoSchema>;
