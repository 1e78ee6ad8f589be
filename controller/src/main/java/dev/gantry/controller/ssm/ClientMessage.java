package dev.gantry.controller.ssm;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.UUID;

/**
 * One message of a data channel. In bytes: the length of the header (4, and how long it is without this field's four bytes more for the length of
 * the payload), the type (32, padded with blanks), the version (4), the time of its making (8), the number (8), the flags (8), the id (16, its
 * second half first), the payload's SHA-256 (32), what the payload is (4), its length (4), and the payload.
 *
 * @param number in its direction's sequence, from 0
 */
record ClientMessage(String type, long createdMs, long number, long flags, UUID id, int kind, byte[] payload) {

    /** Types. */
    static final String INPUT = "input_stream_data";

    static final String OUTPUT = "output_stream_data";
    static final String ACKNOWLEDGE = "acknowledge";
    static final String CLOSED = "channel_closed";

    /** What payloads are. */
    static final int KIND_NONE = 0;

    static final int KIND_OUTPUT = 1;
    static final int KIND_SIZE = 3;
    static final int KIND_HANDSHAKE_REQUEST = 5;
    static final int KIND_HANDSHAKE_RESPONSE = 6;
    static final int KIND_HANDSHAKE_COMPLETE = 7;
    static final int KIND_FLAG = 10;

    /** Of flags: the first of a sequence, and the last. */
    static final long FIRST = 1;

    static final long LAST = 2;

    private static final int VERSION = 1;
    private static final int TYPE_BYTES = 32;
    private static final int DIGEST_BYTES = 32;
    private static final int LENGTH_BYTES = 4;
    private static final int HEADER_BYTES = 116;

    byte[] bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + LENGTH_BYTES + payload.length);
        byte[] name = new byte[TYPE_BYTES];
        Arrays.fill(name, (byte) ' ');
        byte[] written = type.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(written, 0, name, 0, written.length);
        return bytes.putInt(HEADER_BYTES)
                .put(name)
                .putInt(VERSION)
                .putLong(createdMs)
                .putLong(number)
                .putLong(flags)
                .putLong(id.getLeastSignificantBits())
                .putLong(id.getMostSignificantBits())
                .put(sha256(payload))
                .putInt(kind)
                .putInt(payload.length)
                .put(payload)
                .array();
    }

    /** @throws IllegalArgumentException for what is no message, or a broken one */
    static ClientMessage parse(byte[] bytes) {
        if (bytes.length < HEADER_BYTES + LENGTH_BYTES) {
            throw new IllegalArgumentException("a message of " + bytes.length + " bytes has no whole header");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int header = buffer.getInt();
        if (header < HEADER_BYTES || header > bytes.length - LENGTH_BYTES) {
            throw new IllegalArgumentException("a header cannot have " + header + " bytes");
        }
        byte[] name = new byte[TYPE_BYTES];
        buffer.get(name);
        int _ = buffer.getInt();
        long createdMs = buffer.getLong();
        long number = buffer.getLong();
        long flags = buffer.getLong();
        long least = buffer.getLong();
        UUID id = new UUID(buffer.getLong(), least);
        byte[] digest = new byte[DIGEST_BYTES];
        buffer.get(digest);
        int kind = buffer.getInt();
        byte[] payload = Arrays.copyOfRange(bytes, header + LENGTH_BYTES, bytes.length);
        int length = ByteBuffer.wrap(bytes).getInt(header);
        if (length != payload.length || (length > 0 && !Arrays.equals(digest, sha256(payload)))) {
            throw new IllegalArgumentException("the payload is not what the header says");
        }
        String type =
                new String(name, StandardCharsets.UTF_8).replace('\0', ' ').strip();
        return new ClientMessage(type, createdMs, number, flags, id, kind, payload);
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
