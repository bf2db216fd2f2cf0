import { type SessionReader, type SessionReaderParts, sessionReader } from './session-reader.ts'
import { type SessionWriter, type SessionWriterParts, sessionWriter } from './session-writer.ts'

/** The life of sessions: begun at sign-in, asked about on requests, ended for good. */
export interface Sessions extends SessionReader, SessionWriter {}

export function liveSessions(parts: SessionReaderParts & SessionWriterParts): Sessions {
  return { ...sessionReader(parts), ...sessionWriter(parts) }
}
