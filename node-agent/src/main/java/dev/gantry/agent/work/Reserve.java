package dev.gantry.agent.work;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Room on a disk that is held back, so that a little can still be written when there is no other: a file that is emptied then. One thread at a
 * time.
 */
final class Reserve {

    /** Some hundred records of workloads that stopped. */
    static final int BYTES = 256 << 10;

    private final Path file;
    private final JournalFile.Disk disk;
    private boolean held;

    Reserve(Path file, JournalFile.Disk disk) throws IOException {
        this.file = file;
        this.disk = disk;
        this.held = Files.exists(file) && Files.size(file) >= BYTES;
    }

    /**
     * Holds the room back, unless it does so already.
     *
     * @throws IOException when there is not so much
     */
    void hold() throws IOException {
        if (held) {
            return;
        }
        try (FileChannel out = open()) {
            ByteBuffer zeros = ByteBuffer.allocate(BYTES);
            while (zeros.hasRemaining()) {
                out.write(zeros);
            }
            // Some file systems say only now that there is none.
            out.force(false);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
        held = true;
    }

    /**
     * Gives the room to whoever writes next.
     *
     * @return whether there was any
     */
    boolean spend() throws IOException {
        if (!held) {
            return false;
        }
        open().close();
        held = false;
        return true;
    }

    private FileChannel open() throws IOException {
        return disk.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }
}
