/** The hint for Scalekit's error `invalid_client`. */
export const credentialsHint =
  'Check that the client id and the client secret (SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET) belong to the environment SCALEKIT_ENVIRONMENT_URL.'
