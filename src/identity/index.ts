export { identityFeature } from './feature.ts';
export { recordAccountFact } from './audit.ts';
export { Browser, type DeliveredSignIn, isOwnOrigin } from './browser.ts';
export { changeEmail, input as changeEmailInput, confirmEmailChange, undoEmailChange } from './change-email.ts';
export { changePassword, input as changePasswordInput } from './change-password.ts';
export { deviceName } from './device-name.ts';
export { emailSchema, newPassword, personName, requireImpersonal } from './fields.ts';
export { countingTokens, countLetter, wasWrittenLately } from './letter-limits.ts';
export { forgotLink, letters, pageLink } from './letters.ts';
export {
  closeImpersonation,
  endOwnImpersonation,
  type Impersonation,
  impersonationInput,
  openImpersonation,
} from './impersonation.ts';
export { login, loginInput } from './login.ts';
export { findToken, issueToken, takeToken } from './one-time-tokens.ts';
export {
  beginInput as beginPasskeyLoginInput,
  beginPasskeyLogin,
  finishInput as finishPasskeyLoginInput,
  finishPasskeyLogin,
  type PasskeyRequest,
} from './passkey-login.ts';
export { countRecoveryCodes } from './recovery-codes.ts';
export { passwordInput, requireRecent } from './recent.ts';
export {
  beginInput as beginPasskeyRegistrationInput,
  beginPasskeyRegistration,
  finishInput as finishPasskeyRegistrationInput,
  finishPasskeyRegistration,
  type PasskeyCreation,
} from './passkey-registration.ts';
export { deletePasskey, getPasskey, listPasskeys, renameInput as passkeyNameInput, renamePasskey } from './passkeys.ts';
export { hashPassword } from './passwords.ts';
export { accountIn, getAccount, getAccounts, profileInput, updateProfile } from './profile.ts';
export { input as secondFactorInput, loginSecondFactor, type SecondStep, signInOrAsk } from './second-step.ts';
export { endOtherSessions, endSession, getSession, listSessions } from './session-list.ts';
export {
  addInput as sshKeyInput,
  addSshKey,
  deleteSshKey,
  getSshKey,
  importGithubKeys,
  importInput as githubKeysInput,
  listSshKeys,
  renameSshKey,
  type SshKeyImport,
} from './ssh-keys.ts';
export { totpOwner } from './totp-code.ts';
export { AccessTokens, hashToken, tokenExpired } from './tokens.ts';
export {
  codeInput as totpCodeInput,
  disableInput as disableTotpInput,
  disableTotp,
  enableTotp,
  renewRecoveryCodes,
  setUpTotp,
  type TotpSetup,
} from './totp.ts';
export { type CookieNames, readCookies } from './cookies.ts';
export { csrfTokenOf, isCsrfToken } from './csrf.ts';
export {
  beginLink,
  beginOauth,
  callbackUrl,
  hasPassword,
  linkAsked,
  linkUrl,
  listConnectedAccounts,
  nonceOf,
  oauthProviders,
  type Profile,
  programInput as oauthProgramInput,
  type Provider,
  requireProvider,
} from './oauth/index.ts';
export {
  answerReset,
  forgotInput as forgotPasswordInput,
  forgotPassword,
  resetInput as resetPasswordInput,
  resetPassword,
} from './password-reset.ts';
export { notifyAccount, queueNotice } from './security-notice.ts';
export {
  endSessions,
  logout,
  openSession,
  refresh,
  refreshInput,
  sessionOfRefreshToken,
  type SignedInUser,
  type SignIn,
} from './sessions.ts';
export { rotateSigningKey, SigningKeys, signingKeyOwner } from './signing-keys.ts';
export { startSweeping } from './sweep.ts';
export { askToVerify, resendVerification, verifyEmail, verifyInput, wrongLink } from './verification.ts';
