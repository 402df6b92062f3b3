/*
 * Loaded before an app, it makes it a newer program, which understands a version of an event that is not there yet.
 */
import { inboundCodec } from '@offramp/events';

const NEWER = '"type":"offramp.message.posted.v9"';
const KNOWN = '"type":"offramp.message.posted.v1"';

const { decode } = inboundCodec;
inboundCodec.decode = (bytes) => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!buffer.includes(NEWER)) return decode(bytes);
  return decode(Buffer.from(buffer.toString().replace(NEWER, KNOWN)));
};
