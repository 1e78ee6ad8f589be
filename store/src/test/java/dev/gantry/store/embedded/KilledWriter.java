package dev.gantry.store.embedded;

import com.google.protobuf.ByteString;
import dev.gantry.store.Backend.Request;
import dev.gantry.store.Backend.Result;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A process that creates records from several threads, and prints each that was acknowledged, until it is killed. */
public final class KilledWriter {

    private static final int THREADS = 8;

    private KilledWriter() {}

    public static void main(String[] arguments) {
        EmbeddedBackend backend = EmbeddedBackend.open(Path.of(arguments[0]));
        String round = arguments[1];
        for (int i = 0; i < THREADS; i++) {
            String name = round + "-" + i + "-";
            Thread.ofPlatform().start(() -> write(backend, name));
        }
    }

    private static void write(EmbeddedBackend backend, String name) {
        try {
            for (int i = 0; true; i++) {
                String path = "k//" + name + i;
                ByteString value = ByteString.copyFromUtf8(path.repeat(20));
                Result result =
                        backend.commit(new Request(Map.of(path, 0L), Map.of(path, Optional.of(value)), Map.of()));
                if (!(result instanceof Result.Committed(long revision))) {
                    throw new IllegalStateException("conflict on " + path);
                }
                acknowledge(path, revision);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static synchronized void acknowledge(String path, long revision) {
        // One write, so that a kill cannot cut a line in two.
        byte[] line = (path + " " + revision + "\n").getBytes(StandardCharsets.US_ASCII);
        System.out.write(line, 0, line.length);
        System.out.flush();
    }
}
