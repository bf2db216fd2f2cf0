import { type SessionReader, type SessionReaderParts, sessionReader } from './session-reader.ts'
import { type SessionWriter, type SessionWriterParts, sessionWriter } from './session-writer.ts'

/** Reads, begins and ends sessions. */
export interface Sessions extends SessionReader, SessionWriter {}

export function liveSessions(parts: SessionReaderParts & SessionWriterParts): Sessions {
  return { ...sessionReader(parts), ...sessionWriter(parts) }
}
