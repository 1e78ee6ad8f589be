package dev.gantry.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoImageTest {

    @TempDir
    private Path folder;

    @Test
    void writesAnArchiveThatTarReads() throws IOException, InterruptedException {
        Path archive = folder.resolve("a.tar");
        Files.write(archive, DemoImage.archive("program".getBytes(StandardCharsets.UTF_8)));
        Process tar = new ProcessBuilder("tar", "-tvf", archive.toString())
                .redirectErrorStream(true)
                .start();
        String listing = new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tar.waitFor()).as(listing).isZero();
        assertThat(listing)
                .contains("-rwxr-xr-x")
                .contains("bin/busybox")
                .contains("bin/sh -> busybox")
                .contains("www/index.html");
    }

    @Test
    @Tag("e2e")
    void importsTheImageIntoTheEngineOnce() throws InterruptedException {
        Engine engine = Engine.of(null, System.getenv());
        // A tag of its own: the machine's engine may run the demo already, and what is in use cannot be removed.
        String tag = "test-" + ProcessHandle.current().pid();
        try {
            assertThat(DemoImage.ensure(engine, tag)).isTrue();
            assertThat(DemoImage.ensure(engine, tag)).isFalse();
        } finally {
            engine.ask("DELETE", "/images/" + DemoImage.REPOSITORY + ":" + tag, new byte[0], Duration.ofSeconds(30));
        }
    }
}
