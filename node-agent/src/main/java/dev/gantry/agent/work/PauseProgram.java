package dev.gantry.agent.work;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The program of a pod's sandbox as an image: it ignores the ends of children, so that none stays a zombie, and waits for SIGTERM or SIGINT. A few
 * instructions are written out here for each processor, because then it needs no registry, no compiler and nothing of the machine.
 */
final class PauseProgram {

    static final String PATH = "/pause";

    private static final int HEADERS = 64 + 56;
    private static final long ADDRESS = 0x400000;
    private static final int TAR_BLOCK = 512;
    private static final int EXECUTABLE = 0755;

    private static final short X86_64 = 62;
    private static final short AARCH64 = 183;

    /** rt_sigprocmask(BLOCK, signals), rt_sigaction(SIGCHLD, ignore), rt_sigtimedwait(signals) until it says one, exit(0). */
    private static final int[] ON_X86_64 = {
        0xb8, 0x0e, 0x00, 0x00, 0x00, 0x31, 0xff, 0x48, 0x8d, 0x35, 0x52, 0x00, 0x00, 0x00,
        0x31, 0xd2, 0x41, 0xba, 0x08, 0x00, 0x00, 0x00, 0x0f, 0x05, 0xb8, 0x0d, 0x00, 0x00,
        0x00, 0xbf, 0x11, 0x00, 0x00, 0x00, 0x48, 0x8d, 0x35, 0x3f, 0x00, 0x00, 0x00, 0x31,
        0xd2, 0x41, 0xba, 0x08, 0x00, 0x00, 0x00, 0x0f, 0x05, 0xb8, 0x80, 0x00, 0x00, 0x00,
        0x48, 0x8d, 0x3d, 0x21, 0x00, 0x00, 0x00, 0x31, 0xf6, 0x31, 0xd2, 0x41, 0xba, 0x08,
        0x00, 0x00, 0x00, 0x0f, 0x05, 0x48, 0x85, 0xc0, 0x7e, 0xe3, 0xb8, 0x3c, 0x00, 0x00,
        0x00, 0x31, 0xff, 0x0f, 0x05, 0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00
    };

    private static final int[] ON_AARCH64 = {
        0xd2800000, 0x100002e1, 0xd2800002, 0xd2800103, 0xd28010e8, 0xd4000001,
        0xd2800220, 0x10000261, 0xd2800002, 0xd2800103, 0xd28010c8, 0xd4000001,
        0x10000180, 0xd2800001, 0xd2800002, 0xd2800103, 0xd2801128, 0xd4000001,
        0xf100001f, 0x54ffff2d, 0xd2800000, 0xd2800ba8, 0xd4000001, 0xd503201f
    };

    /** The set of SIGINT and SIGTERM, then a struct sigaction that ignores. */
    private static final long[] DATA = {1 << 1 | 1 << 14, 1, 0, 0, 0};

    private PauseProgram() {}

    /**
     * @param architecture in Docker's spelling
     */
    static byte[] program(String architecture) {
        return switch (architecture) {
            case "amd64" -> elf(X86_64, bytes(ON_X86_64, 1));
            case "arm64" -> elf(AARCH64, bytes(ON_AARCH64, Integer.BYTES));
            default -> throw RefusedTaskException.hostConfig("there are no pods on the architecture " + architecture);
        };
    }

    private static byte[] bytes(int[] instructions, int width) {
        int length = (instructions.length * width + 7) / 8 * 8;
        ByteBuffer code = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        for (int instruction : instructions) {
            if (width == 1) {
                code.put((byte) instruction);
            } else {
                code.putInt(instruction);
            }
        }
        return code.array();
    }

    private static byte[] elf(short machine, byte[] code) {
        int size = HEADERS + code.length + DATA.length * Long.BYTES;
        ByteBuffer file = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}).putLong(0);
        file.putShort((short) 2).putShort(machine).putInt(1).putLong(ADDRESS + HEADERS);
        file.putLong(64)
                .putLong(0)
                .putInt(0)
                .putShort((short) 64)
                .putShort((short) 56)
                .putShort((short) 1);
        file.putShort((short) 64).putShort((short) 0).putShort((short) 0);
        file.putInt(1).putInt(5).putLong(0).putLong(ADDRESS).putLong(ADDRESS);
        file.putLong(size).putLong(size).putLong(0x1000);
        file.put(code);
        for (long word : DATA) {
            file.putLong(word);
        }
        return file.array();
    }

    /** An archive of the program alone. */
    static byte[] tar(String architecture) {
        byte[] program = program(architecture);
        ByteBuffer header = ByteBuffer.allocate(TAR_BLOCK);
        header.put(0, text(PATH.substring(1)));
        header.put(100, octal(EXECUTABLE, 7));
        header.put(108, octal(0, 7));
        header.put(116, octal(0, 7));
        header.put(124, octal(program.length, 11));
        header.put(136, octal(0, 11));
        header.put(148, text("        "));
        header.put(156, text("0"));
        header.put(257, text("ustar\u000000"));
        int sum = 0;
        for (byte each : header.array()) {
            sum += each & 0xff;
        }
        header.put(148, octal(sum, 6));
        header.put(154, new byte[] {0});
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        archive.writeBytes(header.array());
        archive.writeBytes(program);
        archive.writeBytes(new byte[TAR_BLOCK - program.length % TAR_BLOCK]);
        archive.writeBytes(new byte[2 * TAR_BLOCK]);
        return archive.toByteArray();
    }

    private static byte[] octal(long value, int digits) {
        return text(String.format("%0" + digits + "o", value));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
