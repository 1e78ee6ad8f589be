package dev.gantry.cli.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Where a server's log goes: a bounded file in its data directory; warnings also to standard error. */
final class Logs {

    private static final String PROPERTY = "gantry.log.file";

    private Logs() {}

    /** Must be called before the first logger is made. */
    static void begin(Path dataDirectory) {
        Path file = file(dataDirectory);
        try {
            // What is in there is nobody else's business.
            Files.createDirectories(
                    file.getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + file.getParent() + ": " + e.getMessage(), e);
        }
        System.setProperty(PROPERTY, file.toString());
    }

    static Path file(Path dataDirectory) {
        return dataDirectory.resolve("log").resolve("gantry.log");
    }
}
