package dev.gantry.e2e.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.Main;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Sizes and formatting of every source file. */
class SourceTest {

    private static final int LINES_MAX = 400;
    private static final int TEST_LINES_MAX = 800;
    private static final Path ROOT = Path.of(System.getProperty("gantry.root", ".."));

    @Test
    void noFileIsTooLong() {
        assertThat(sources().filter(file -> read(file).lines().count() > (isTest(file) ? TEST_LINES_MAX : LINES_MAX)))
                .isEmpty();
    }

    @Test
    void everyPackageSaysWhatItIsFor() {
        assertThat(sources()
                        .filter(file -> !isTest(file))
                        .map(Path::getParent)
                        .distinct()
                        .filter(folder -> !folder.endsWith("codegen") && !folder.endsWith("launcher"))
                        .filter(folder -> !Files.exists(folder.resolve("package-info.java"))))
                .isEmpty();
    }

    @Test
    void everyFileIsFormatted() throws Exception {
        Stream<String> options = Stream.of("--palantir", "--dry-run", "--set-exit-if-changed");
        Stream<String> files = sources().map(Path::toString);
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = new Main(new PrintWriter(out), new PrintWriter(err), InputStream.nullInputStream())
                .format(Stream.concat(options, files).toArray(String[]::new));
        assertThat(exit).as("run .ci/format:%n%s%s", out, err).isZero();
    }

    private static boolean isTest(Path file) {
        return file.toString().contains("/src/test/");
    }

    private static Stream<Path> sources() {
        return Stream.of("proto", "store", "controller", "node-agent", "deploy", "e2e")
                .map(ROOT::resolve)
                .flatMap(SourceTest::sources);
    }

    private static Stream<Path> sources(Path module) {
        try (Stream<Path> files = Files.walk(module.resolve("src"))) {
            List<Path> found =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            return found.stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
