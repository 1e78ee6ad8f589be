package dev.gantry.agent.network;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One question to a name server (RFC 1035).
 *
 * @param bytes    the whole message as it came
 * @param labels   of the name, in lower case, without the root
 * @param type     of records that are asked for
 * @param question the bytes of the question, which the answer repeats as they are
 * @param room     bytes that the client takes in one datagram
 */
record DnsQuery(byte[] bytes, List<String> labels, int type, byte[] question, int room) {

    static final int HEADER_BYTES = 12;
    static final int TYPE_A = 1;
    static final int TYPE_CNAME = 5;
    static final int TYPE_SOA = 6;
    static final int TYPE_PTR = 12;
    static final int TYPE_AAAA = 28;
    static final int TYPE_SRV = 33;
    static final int TYPE_ANY = 255;

    private static final int TYPE_OPT = 41;
    private static final int CLASS_IN = 1;
    private static final int LABEL_MAX = 63;
    private static final int NAME_MAX = 255;
    private static final int DATAGRAM = 512;
    private static final int DATAGRAM_MAX = 4096;
    private static final int RESPONSE = 0x80;
    private static final int OPCODE = 0x78;

    /** Empty for what is no question, or one that nobody asks today. */
    static Optional<DnsQuery> parse(byte[] bytes) {
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            in.getShort();
            int flags = in.get();
            in.get();
            int questions = in.getShort();
            in.getInt();
            int additional = in.getShort();
            if ((flags & (RESPONSE | OPCODE)) != 0 || questions != 1) {
                return Optional.empty();
            }
            List<String> labels = name(in);
            int type = in.getShort() & 0xffff;
            int kind = in.getShort() & 0xffff;
            if (kind != CLASS_IN) {
                return Optional.empty();
            }
            byte[] question = Arrays.copyOfRange(bytes, HEADER_BYTES, in.position());
            return Optional.of(new DnsQuery(bytes, labels, type, question, room(in, additional)));
        } catch (BufferUnderflowException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** A question of this server's own. */
    static DnsQuery of(int id, List<String> labels, int type) {
        byte[] bytes = DnsAnswer.question(id, labels, type);
        return new DnsQuery(bytes, labels, type, Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length), DATAGRAM_MAX);
    }

    int id() {
        return ByteBuffer.wrap(bytes).getShort() & 0xffff;
    }

    boolean wantsRecursion() {
        return (bytes[2] & 1) != 0;
    }

    boolean asks(int wanted) {
        return type == wanted || type == TYPE_ANY;
    }

    private static List<String> name(ByteBuffer in) {
        List<String> labels = new ArrayList<>();
        int total = 0;
        for (int length = in.get() & 0xff; length != 0; length = in.get() & 0xff) {
            total += length + 1;
            if (length > LABEL_MAX || total > NAME_MAX) {
                // Also a pointer, which has no place in a question.
                throw new IllegalArgumentException("not a name");
            }
            byte[] label = new byte[length];
            in.get(label);
            labels.add(new String(label, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT));
        }
        return labels;
    }

    /** What follows the question is the client's offer of larger datagrams (RFC 6891), or nothing that matters here. */
    private static int room(ByteBuffer in, int additional) {
        boolean isOffer = additional > 0 && in.remaining() >= 5 && in.get() == 0 && in.getShort() == TYPE_OPT;
        return isOffer ? Math.clamp(in.getShort() & 0xffff, DATAGRAM, DATAGRAM_MAX) : DATAGRAM;
    }

    @Override
    public String toString() {
        return labels.stream().collect(Collectors.joining(".", "", ".")) + " type " + type;
    }
}
