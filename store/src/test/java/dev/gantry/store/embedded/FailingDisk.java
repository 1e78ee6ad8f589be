package dev.gantry.store.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.store.fs.FileBase;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/** A file system whose disk can be full, and that counts what must have reached the disk. */
public final class FailingDisk extends FilePathWrapper {

    static final String SCHEME = "failing:";

    private static final AtomicInteger WRITES_LEFT = new AtomicInteger(Integer.MAX_VALUE);
    private static volatile boolean syncFails;
    private static volatile boolean unsynced;

    static void register() {
        FilePath.register(new FailingDisk());
        heal();
    }

    static void heal() {
        WRITES_LEFT.set(Integer.MAX_VALUE);
        syncFails = false;
    }

    /** The disk is full after so many more writes. */
    static void fillAfter(int writes) {
        WRITES_LEFT.set(writes);
    }

    static void failSyncs() {
        syncFails = true;
    }

    /** Whether something was written since the last sync. */
    static boolean hasUnsynced() {
        return unsynced;
    }

    @Override
    public String getScheme() {
        return "failing";
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        return new Channel(super.open(mode));
    }

    private static final class Channel extends FileBase {

        private final FileChannel channel;

        Channel(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            count();
            return channel.write(source, position);
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            count();
            return channel.write(source);
        }

        @Override
        public void force(boolean metaData) throws IOException {
            if (syncFails) {
                throw new IOException("Input/output error");
            }
            channel.force(metaData);
            unsynced = false;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return channel.read(target, position);
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return channel.read(target);
        }

        @Override
        public long position() throws IOException {
            return channel.position();
        }

        @Override
        public FileChannel position(long position) throws IOException {
            channel.position(position);
            return this;
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            channel.truncate(size);
            return this;
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return channel.tryLock(position, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            channel.close();
        }

        private static void count() throws IOException {
            if (WRITES_LEFT.getAndDecrement() <= 0) {
                WRITES_LEFT.set(0);
                throw new IOException("No space left on device");
            }
            unsynced = true;
        }
    }
}
