package dev.gantry.agent.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPathsTest {

    @TempDir
    private Path directory;

    private Path allowed;
    private HostPaths paths;

    @BeforeEach
    void allow() throws IOException {
        allowed = Files.createDirectories(directory.toRealPath().resolve("allowed"));
        Path data = Files.createDirectories(allowed.resolve("agent"));
        paths = new HostPaths(false, Set.of(allowed), Set.of(data));
    }

    private void refuses(Path path, String why) {
        assertThatThrownBy(() -> paths.mountable(path.toString()))
                .isInstanceOf(RefusedTaskException.class)
                .hasMessageStartingWith("HostConfigError: ")
                .hasMessageContaining(why);
    }

    @Test
    void makesADirectoryUnderAnAllowedOne() {
        assertThat(paths.mountable(allowed.resolve("new/deep").toString())).isDirectory();
    }

    @Test
    void refusesWhatLiesOutside() {
        refuses(directory.resolve("other"), "outside");
        refuses(allowed.resolve("../other"), "outside");
        refuses(Path.of("/etc"), "outside");
    }

    @Test
    void followsNoLinkOutOfTheAllowedDirectory() throws IOException {
        Path secret = Files.createDirectories(directory.resolve("secret"));
        Files.createSymbolicLink(allowed.resolve("link"), secret);

        refuses(allowed.resolve("link"), "outside");
        refuses(allowed.resolve("link/inside"), "outside");
    }

    @Test
    void neverGivesAwayTheAgentsOwnDirectoryNorOneThatHoldsIt() {
        refuses(allowed.resolve("agent"), "never");
        refuses(allowed.resolve("agent/journal"), "never");
        refuses(allowed, "never");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/proc", "/sys/fs", "/", "/run", "/run/docker.sock", "/var/run/docker.sock"})
    void neverGivesAwayTheKernelNorTheEngineEvenWhereEverythingIsAllowed(String path) {
        HostPaths all = new HostPaths(false, Set.of(Path.of("/")), Set.of());
        assertThatThrownBy(() -> all.mountable(path)).hasMessageContaining("never");
    }

    @Test
    void givesAwayTheRootDirectoryToWhomTheOwnerGivesIt() {
        HostPaths root = new HostPaths(true, Set.of(), Set.of());
        assertThat(root.mountable("/")).isEqualTo(Path.of("/"));
        assertThat(root.mountable("/srv/..")).isEqualTo(Path.of("/"));
        assertThatThrownBy(() -> root.mountable("/etc")).hasMessageContaining("not allowed");
        assertThatThrownBy(() -> new HostPaths(false, Set.of(), Set.of()).mountable("/"))
                .hasMessageContaining("--allow-host-root of its agent allows it");
    }

    @Test
    void refusesEverythingUnlessTheOwnerAllowsSomething() {
        assertThatThrownBy(() -> new HostPaths(false, Set.of(), Set.of()).mountable("/srv"))
                .hasMessageContaining("not allowed by the settings of this node");
    }
}
