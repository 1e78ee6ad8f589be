package dev.gantry.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownControllersTest {

    private static final HostPort NAMED = new HostPort("10.0.0.1", 4567);
    private static final HostPort OTHER = new HostPort("10.0.0.2", 4567);

    @TempDir
    private Path directory;

    private KnownControllers known() {
        return new KnownControllers(directory, List.of(NAMED));
    }

    @Test
    void comesBackToTheOnlyOneThatItKnows() {
        assertThat(known().first()).isEqualTo(NAMED);
        assertThat(known().after(NAMED)).isEqualTo(NAMED);
    }

    @Test
    void goesToAnotherThatALeaderNamed() {
        KnownControllers known = known();
        known.learn(List.of("10.0.0.1:4567", "10.0.0.2:4567"));
        assertThat(known.after(NAMED)).isEqualTo(OTHER);
        assertThat(known.after(OTHER)).isEqualTo(NAMED);
        assertThat(known.after(new HostPort("10.0.0.3", 1))).isEqualTo(NAMED);
    }

    @Test
    void remembersThemWhenTheAgentRestarts() {
        known().learn(List.of("10.0.0.2:4567"));
        assertThat(known().after(NAMED)).isEqualTo(OTHER);
    }

    @Test
    void keepsWhatItKnowsWhenNothingIsSaidOrNothingSensible() {
        KnownControllers known = known();
        known.learn(List.of("10.0.0.2:4567"));
        known.learn(List.of());
        known.learn(List.of("nowhere:70000"));
        assertThat(known.after(NAMED)).isEqualTo(OTHER);
    }
}
