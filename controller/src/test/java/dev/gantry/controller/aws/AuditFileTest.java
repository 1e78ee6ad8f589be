package dev.gantry.controller.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditFileTest {

    @TempDir
    Path directory = Path.of("");

    @Test
    void writesOneLineOfJsonForEachEntry() throws IOException {
        Path file = directory.resolve("audit.log");
        try (AuditFile log = new AuditFile(file, 1000, 1)) {
            log.record(entry("1"));
            log.record(new AuditLog.Entry(Instant.EPOCH, "p\n\"", "ecs:RunTask", "::1", "2", "OK"));
        }
        assertThat(Files.readAllLines(file))
                .containsExactly(
                        "{\"time\":\"1970-01-01T00:00:00Z\",\"principal\":\"arn\",\"operation\":\"ecs:RunTask\","
                                + "\"source\":\"192.0.2.1\",\"requestId\":\"1\",\"outcome\":\"OK\"}",
                        "{\"time\":\"1970-01-01T00:00:00Z\",\"principal\":\"p\\n\\\"\",\"operation\":\"ecs:RunTask\","
                                + "\"source\":\"::1\",\"requestId\":\"2\",\"outcome\":\"OK\"}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void goesOnWithTheFileOfAnEarlierProcess() throws IOException {
        Path file = directory.resolve("audit.log");
        for (int process = 0; process < 3; process++) {
            try (AuditFile log = new AuditFile(file, 1000, 1)) {
                log.record(entry("" + process));
            }
        }
        assertThat(Files.readAllLines(file)).hasSize(3);
    }

    @Test
    void beginsANewLineAfterOneThatWasNotFinished() throws IOException {
        Path file = directory.resolve("audit.log");
        Files.writeString(file, "{\"time\":\"19");
        try (AuditFile log = new AuditFile(file, 1000, 1)) {
            log.record(entry("1"));
            log.record(entry("2"));
        }
        assertThat(Files.readAllLines(file)).hasSize(3).element(1).asString().contains("\"requestId\":\"1\"");
    }

    @Test
    void keepsABoundedNumberOfBoundedFiles() throws IOException {
        Path file = directory.resolve("audit.log");
        try (AuditFile log = new AuditFile(file, 300, 2)) {
            for (int i = 100; i < 120; i++) {
                log.record(entry("" + i));
            }
        }
        try (Stream<Path> files = Files.list(directory)) {
            List<String> names =
                    files.map(path -> path.getFileName().toString()).sorted().toList();
            assertThat(names).containsExactly("audit.log", "audit.log.1", "audit.log.2");
        }
        assertThat(Files.size(file)).isLessThanOrEqualTo(300);
        assertThat(Files.readString(file)).contains("\"119\"");
        assertThat(Files.readString(directory.resolve("audit.log.1"))).contains("\"117\"");
    }

    private static AuditLog.Entry entry(String requestId) {
        return new AuditLog.Entry(Instant.EPOCH, "arn", "ecs:RunTask", "192.0.2.1", requestId, "OK");
    }
}
