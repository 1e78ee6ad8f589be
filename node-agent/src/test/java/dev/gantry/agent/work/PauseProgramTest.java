package dev.gantry.agent.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of a pod's sandbox, on this machine. */
class PauseProgramTest {

    private static final long SIGCHLD = 1 << 16;

    @TempDir
    private Path directory;

    @Test
    void waitsUntilItIsAskedToEnd() throws IOException, InterruptedException {
        assumeTrue(System.getProperty("os.arch").equals("amd64") && Files.isDirectory(Path.of("/proc/self")));
        Path program = Files.write(directory.resolve("pause"), PauseProgram.program("amd64"));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        Process process = new ProcessBuilder(program.toString()).start();
        try {
            Path status = Path.of("/proc", Long.toString(process.pid()), "status");
            // The last thing that it does before it waits.
            Awaitility.await().until(() -> (ignored(Files.readString(status)) & SIGCHLD) != 0);
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    private static long ignored(String status) {
        return status.lines()
                .filter(line -> line.startsWith("SigIgn:"))
                .mapToLong(line -> Long.parseUnsignedLong(
                        line.substring("SigIgn:".length()).strip(), 16))
                .findFirst()
                .orElse(0);
    }

    @Test
    void isAProgramForEachProcessorInAnArchiveOfWholeBlocks() {
        assertThat(PauseProgram.program("arm64")).startsWith(0x7f, 'E', 'L', 'F');
        assertThat(PauseProgram.tar("amd64").length % 512).isZero();
    }
}
