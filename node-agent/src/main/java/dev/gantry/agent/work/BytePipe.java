package dev.gantry.agent.work;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Hands bytes from one thread to another, a few chunks at a time; the writer waits while the reader is slow. */
final class BytePipe extends InputStream {

    private static final int CHUNKS_MAX = 64;
    private static final byte[] END = new byte[0];

    private final BlockingQueue<byte[]> chunks = new ArrayBlockingQueue<>(CHUNKS_MAX);
    private volatile boolean ended;
    private byte[] current = END;
    private int position;
    private boolean finished;

    void write(byte[] bytes) throws InterruptedException {
        if (bytes.length > 0 && !ended) {
            chunks.put(bytes);
        }
    }

    /** No more will come, and what has been written is still to be read. */
    void finish() throws InterruptedException {
        if (!ended) {
            chunks.put(END);
        }
    }

    /** Nobody reads any more: a full pipe is cut off. */
    void end() {
        ended = true;
        while (!chunks.offer(END)) {
            chunks.poll();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        while (position == current.length) {
            if (finished) {
                return -1;
            }
            next();
        }
        int count = Math.min(length, current.length - position);
        System.arraycopy(current, position, into, offset, count);
        position += count;
        return count;
    }

    private void next() throws IOException {
        try {
            current = chunks.take();
            position = 0;
            finished = current.length == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }
}
