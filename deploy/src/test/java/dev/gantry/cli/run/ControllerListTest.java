package dev.gantry.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.agent.connection.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControllerListTest {

    private static final HostPort ONE = new HostPort("10.0.0.1", 4567);
    private static final HostPort OTHER = new HostPort("10.0.0.2", 4567);

    @TempDir
    private Path directory;

    @Test
    void remembersTheNewestFirstAndEachOnce() {
        ControllerList known = new ControllerList(directory);
        known.remember(ONE);
        known.remember(OTHER);
        known.remember(ONE);
        assertThat(known.addresses()).containsExactly(ONE, OTHER);
    }

    @Test
    void writesNothingWhenItLearnsNothing() throws IOException {
        ControllerList known = new ControllerList(directory);
        known.remember(ONE);
        // A folder in the draft's place fails whoever writes, as a full disk does.
        Files.createDirectories(directory.resolve("controllers.new/full"));
        known.remember(ONE);
        assertThat(known.addresses()).containsExactly(ONE);
    }

    @Test
    void keepsTheOldListWhenTheNewOneCannotBeWritten() throws IOException {
        ControllerList known = new ControllerList(directory);
        known.remember(ONE);
        Files.createDirectories(directory.resolve("controllers.new/full"));
        assertThatThrownBy(() -> known.remember(OTHER)).isInstanceOf(UncheckedIOException.class);
        assertThat(known.addresses()).containsExactly(ONE);
    }
}
