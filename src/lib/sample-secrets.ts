/**
 * The emulator's client secret unless a seed names another. Everybody knows it, so a production
 * process must never accept it.
 */
export const emulatorClientSecret = 'test_emulator_client_secret_known_to_everybody_2f81c0d4'
