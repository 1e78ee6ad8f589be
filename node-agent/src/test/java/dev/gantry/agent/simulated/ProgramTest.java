package dev.gantry.agent.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.proto.ContainerSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgramTest {

    private static Program of(String... command) {
        return Program.of(
                ContainerSpec.newBuilder().addAllCommand(List.of(command)).build());
    }

    private static Program ends(Duration after, int exitCode) {
        return new Program(Optional.of(after), exitCode, false, Optional.of(Duration.ZERO));
    }

    @Test
    void whatTheImageDoesIsAServer() {
        assertThat(of()).isEqualTo(Program.SERVER);
        assertThat(of("nginx", "-g", "daemon off;")).isEqualTo(Program.SERVER);
    }

    @Test
    void wordsThatEndDoWhatTheySay() {
        assertThat(of("true")).isEqualTo(ends(Duration.ZERO, 0));
        assertThat(of("false")).isEqualTo(ends(Duration.ZERO, 1));
        assertThat(of("sleep", "90")).isEqualTo(ends(Duration.ofSeconds(90), 0));
        assertThat(of("sleep", "2m")).isEqualTo(ends(Duration.ofMinutes(2), 0));
    }

    @Test
    void aScriptOfSuchWordsIsFollowed() {
        assertThat(of("sh", "-c", "sleep 2; exit 3; sleep 9")).isEqualTo(ends(Duration.ofSeconds(2), 3));
        assertThat(of("/bin/sh", "-c", "sleep 1 && true")).isEqualTo(ends(Duration.ofSeconds(1), 0));
        assertThat(of("sh", "-c", "exit 257")).isEqualTo(ends(Duration.ZERO, 1));
    }

    @Test
    void theEntryPointComesFirst() {
        assertThat(Program.of(ContainerSpec.newBuilder()
                        .addAllEntryPoint(List.of("sh", "-c"))
                        .addCommand("exit 4")
                        .build()))
                .isEqualTo(ends(Duration.ZERO, 4));
    }

    @Test
    void aScriptWithAnythingElseIsAServer() {
        assertThat(of("sh", "-c", "sleep 1; serve")).isEqualTo(Program.SERVER);
        assertThat(of("sleep", "infinity")).isEqualTo(Program.SERVER);
        assertThat(of("sh", "-c", "while :; do sleep 1; done")).isEqualTo(Program.SERVER);
    }
}
