package dev.gantry.agent.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PassesTest {

    @TempDir
    private Path directory;

    @Test
    void areTheSameForAnAgentThatComesBack() throws IOException {
        Path file = directory.resolve("passes");
        Passes first = Passes.make(file, new SecureRandom());

        assertThat(Passes.read(file).orElseThrow().of("default", "t1", "web"))
                .isEqualTo(first.of("default", "t1", "web"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void areNoneBeforeTheFirst() throws IOException {
        assertThat(Passes.read(directory.resolve("passes"))).isEmpty();
    }

    @Test
    void differByContainerTaskClusterAndNode() {
        Passes passes = new Passes(new byte[] {1});
        String pass = passes.of("default", "t1", "web");

        assertThat(pass).matches("t1-[0-9a-f]{32}");
        assertThat(Passes.task(pass)).isEqualTo("t1");
        assertThat(passes.isOf("default", "t1", "web", pass)).isTrue();
        assertThat(passes.isOf("default", "t1", "side", pass)).isFalse();
        assertThat(passes.isOf("default", "t2", "web", pass)).isFalse();
        assertThat(passes.isOf("other", "t1", "web", pass)).isFalse();
        assertThat(new Passes(new byte[] {2}).isOf("default", "t1", "web", pass))
                .isFalse();
    }

    @Test
    void areNotWrittenToLogs() {
        String pass = new Passes(new byte[] {1}).of("default", "t1", "web");
        assertThat(Passes.hidden("/v4/" + pass + "/task")).isEqualTo("/v4/t1-.../task");
    }
}
