/**
 * The emulator's client secret, unless a seed names another. It is public, so a production process
 * must never accept it.
 */
export const emulatorClientSecret = 'test_emulator_client_secret_known_to_everybody_2f81c0d4'

/** The emulator's signing secret of webhooks. Also public. */
export const emulatorWebhookSecret =
  'whsec_dGVzdF9lbXVsYXRvcl93ZWJob29rX3NlY3JldF9rbm93bl90b19ldmVyeWJvZHk='

/** The emulator's signing secret of interceptors. Also public. */
export const emulatorInterceptorSecret =
  'whsec_dGVzdF9lbXVsYXRvcl9pbnRlcmNlcHRvcl9zZWNyZXRfa25vd25fdG9fYWxs'
