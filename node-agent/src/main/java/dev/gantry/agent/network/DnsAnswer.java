package dev.gantry.agent.network;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes the answer to a query (RFC 1035, RFC 2782). */
final class DnsAnswer {

    enum Code {
        NONE(0),
        FORMAT(1),
        SERVER(2),
        NO_SUCH_NAME(3),
        NOT_IMPLEMENTED(4),
        REFUSED(5);

        private final int number;

        Code(int number) {
            this.number = number;
        }
    }

    /** As long as upstream's name server lets clients keep what it said. */
    static final int TTL_SECONDS = 5;

    private static final int CLASS_IN = 1;
    private static final int RESPONSE = 0x8000;
    private static final int AUTHORITATIVE = 0x0400;
    private static final int TRUNCATED = 0x0200;
    private static final int RECURSION_WANTED = 0x0100;
    private static final int RECURSION_OFFERED = 0x0080;

    private record Entry(List<String> name, int type, byte[] data) {}

    private final List<Entry> answers = new ArrayList<>();
    private final List<Entry> authority = new ArrayList<>();
    private final List<Entry> additional = new ArrayList<>();
    private Code code = Code.NONE;
    private boolean authoritative = true;

    static DnsAnswer of(Code code) {
        DnsAnswer answer = new DnsAnswer();
        answer.code = code;
        return answer;
    }

    /** One that does not come from what this server itself knows. */
    static DnsAnswer failed(Code code) {
        DnsAnswer answer = of(code);
        answer.authoritative = false;
        return answer;
    }

    Code code() {
        return code;
    }

    DnsAnswer address(List<String> name, String address) {
        answers.add(new Entry(name, DnsQuery.TYPE_A, addressBytes(address)));
        return this;
    }

    /** Beside what was asked for. */
    DnsAnswer further(List<String> name, String address) {
        additional.add(new Entry(name, DnsQuery.TYPE_A, addressBytes(address)));
        return this;
    }

    DnsAnswer alias(List<String> name, List<String> canonical) {
        answers.add(new Entry(name, DnsQuery.TYPE_CNAME, data(out -> write(out, canonical))));
        return this;
    }

    DnsAnswer pointer(List<String> name, List<String> to) {
        answers.add(new Entry(name, DnsQuery.TYPE_PTR, data(out -> write(out, to))));
        return this;
    }

    DnsAnswer service(List<String> name, int port, List<String> target) {
        answers.add(new Entry(name, DnsQuery.TYPE_SRV, data(out -> {
            out.writeShort(0);
            out.writeShort(100);
            out.writeShort(port);
            write(out, target);
        })));
        return this;
    }

    DnsAnswer record(List<String> name, int type, byte[] data) {
        answers.add(new Entry(name, type, data));
        return this;
    }

    /** For how long that there is nothing may be kept. */
    DnsAnswer nothing(List<String> zone) {
        authority.add(new Entry(zone, DnsQuery.TYPE_SOA, data(out -> {
            List<String> server = new ArrayList<>(List.of("ns", "dns"));
            server.addAll(zone);
            List<String> mailbox = new ArrayList<>(List.of("hostmaster"));
            mailbox.addAll(zone);
            write(out, server);
            write(out, mailbox);
            out.writeInt(1);
            out.writeInt(7_200);
            out.writeInt(1_800);
            out.writeInt(86_400);
            out.writeInt(TTL_SECONDS);
        })));
        return this;
    }

    /** @param room bytes that the client takes; of more it is told to ask over TCP */
    byte[] toBytes(DnsQuery query, int room) {
        byte[] whole = write(query, answers, authority, additional, false);
        if (whole.length <= room) {
            return whole;
        }
        byte[] bare = write(query, answers, authority, List.of(), false);
        return bare.length <= room ? bare : write(query, List.of(), List.of(), List.of(), true);
    }

    private byte[] write(
            DnsQuery query, List<Entry> answer, List<Entry> authorities, List<Entry> more, boolean truncated) {
        return data(out -> {
            out.writeShort(query.id());
            out.writeShort(RESPONSE
                    | (authoritative ? AUTHORITATIVE : 0)
                    | (truncated ? TRUNCATED : 0)
                    | (query.wantsRecursion() ? RECURSION_WANTED : 0)
                    | RECURSION_OFFERED
                    | code.number);
            out.writeShort(1);
            out.writeShort(answer.size());
            out.writeShort(authorities.size());
            out.writeShort(more.size());
            out.write(query.question());
            for (List<Entry> section : List.of(answer, authorities, more)) {
                for (Entry entry : section) {
                    if (entry.name().equals(query.labels())) {
                        // Where the question has it.
                        out.writeShort(0xc000 | DnsQuery.HEADER_BYTES);
                    } else {
                        write(out, entry.name());
                    }
                    out.writeShort(entry.type());
                    out.writeShort(CLASS_IN);
                    out.writeInt(TTL_SECONDS);
                    out.writeShort(entry.data().length);
                    out.write(entry.data());
                }
            }
        });
    }

    /** The message that asks for records of a name, and wants them to be looked for. */
    static byte[] question(int id, List<String> name, int type) {
        return data(out -> {
            out.writeShort(id);
            out.writeShort(RECURSION_WANTED);
            out.writeShort(1);
            out.writeShort(0);
            out.writeShort(0);
            out.writeShort(0);
            write(out, name);
            out.writeShort(type);
            out.writeShort(CLASS_IN);
        });
    }

    /**
     * The contents of the records of one type among the answers of a message, whatever their names.
     *
     * @throws IllegalArgumentException if it is no such message
     */
    static List<byte[]> contents(byte[] message, int type) {
        List<byte[]> contents = new ArrayList<>();
        try {
            ByteBuffer in = ByteBuffer.wrap(message);
            in.getInt();
            int questions = in.getShort() & 0xffff;
            int answers = in.getShort() & 0xffff;
            in.getInt();
            for (int i = 0; i < questions; i++) {
                skipName(in);
                in.getInt();
            }
            for (int i = 0; i < answers; i++) {
                skipName(in);
                int is = in.getShort() & 0xffff;
                in.getShort();
                in.getInt();
                byte[] data = new byte[in.getShort() & 0xffff];
                in.get(data);
                if (is == type) {
                    contents.add(data);
                }
            }
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a message that is cut off", e);
        }
        return contents;
    }

    /** A name ends with the root, or goes on elsewhere in the message. */
    private static void skipName(ByteBuffer in) {
        for (int length = in.get() & 0xff; length != 0; length = in.get() & 0xff) {
            if (length >= 0xc0) {
                in.get();
                return;
            }
            in.get(new byte[length]);
        }
    }

    private static byte[] addressBytes(String address) {
        return data(out -> {
            for (String part : address.split("\\.")) {
                out.writeByte(Integer.parseInt(part));
            }
        });
    }

    private static void write(DataOutputStream out, List<String> name) throws IOException {
        for (String label : name) {
            byte[] bytes = label.getBytes(StandardCharsets.ISO_8859_1);
            out.writeByte(bytes.length);
            out.write(bytes);
        }
        out.writeByte(0);
    }

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private static byte[] data(Writing writing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            writing.to(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        }
        return bytes.toByteArray();
    }
}
