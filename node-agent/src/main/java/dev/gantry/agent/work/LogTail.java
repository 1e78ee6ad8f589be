package dev.gantry.agent.work;

import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.Output;
import dev.gantry.proto.LogsRequest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the last lines that a container wrote; a log that cannot be read in time is empty, because nothing depends on it. */
record LogTail(ContainerEngine engine) {

    private static final Logger LOG = LoggerFactory.getLogger(LogTail.class);
    private static final int LINES = 20;
    private static final int BYTES_MAX = 4096;
    private static final int READ_BYTES_MAX = 1 << 20;
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    String read(String id) throws InterruptedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        boolean isRead = read(id, LogsRequest.newBuilder().setTail(LINES).build(), DEADLINE, (_, chunk) -> {
            bytes.writeBytes(chunk);
            return bytes.size() < READ_BYTES_MAX;
        });
        return isRead ? last(bytes.toByteArray()) : "";
    }

    /** Whether it came to its end, or to where the output wanted no more, in time. */
    boolean read(String id, LogsRequest request, Duration deadline, Output output) throws InterruptedException {
        FutureTask<Boolean> task = new FutureTask<>(() -> {
            engine.logs(id, request, output);
            return true;
        });
        Thread thread = Thread.ofVirtual().name("log-tail").start(task);
        try {
            return task.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            LOG.debug("The log of {} was not read within {}", id, deadline);
            return false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof EngineException refused) {
                LOG.debug("The log of {} cannot be read: {}", id, refused.text());
                return false;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            thread.interrupt();
        }
    }

    /** The end of it, cut at the start of a character. */
    private static String last(byte[] bytes) {
        int from = Math.max(0, bytes.length - BYTES_MAX);
        while (from > 0 && from < bytes.length && (bytes[from] & 0xC0) == 0x80) {
            from++;
        }
        return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
    }
}
