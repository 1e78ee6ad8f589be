package dev.gantry.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell script itself, in a folder laid out like a release, with a Java that only says how it was called. */
class LauncherTest {

    // Enough to run the script, and no package manager.
    private static final List<String> TOOLS =
            List.of("bash", "readlink", "dirname", "id", "grep", "find", "env", "uname", "mkdir", "sleep", "rm");

    @TempDir
    private Path folder;

    private record Ended(int code, String out, String err) {}

    @BeforeEach
    void layOut() throws IOException {
        Files.createDirectories(folder.resolve("deploy/target/lib"));
        Files.copy(Path.of("gantry"), folder.resolve("deploy/gantry"));
        for (String jar : List.of("a.jar", "gantry-cli-1.jar", "Z.jar")) {
            Files.createFile(folder.resolve("deploy/target/lib").resolve(jar));
        }
        Files.createDirectories(folder.resolve("tools"));
        for (String tool : TOOLS) {
            Path program = Stream.of("/usr/bin", "/bin")
                    .map(Path::of)
                    .map(bin -> bin.resolve(tool))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow();
            Path wrapper = folder.resolve("tools").resolve(tool);
            Files.writeString(wrapper, "#!/bin/sh\nexec " + program + " \"$@\"\n");
            Files.setPosixFilePermissions(wrapper, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        java("jdk-25", "25.0.3");
        java("jdk-17", "17.0.9");
    }

    @Test
    void handsTheWordsOverWithAFixedClassPath() throws Exception {
        Ended ended = gantry(Map.of("JAVA_HOME", folder + "/jdk-25"), "get", "services", "a b");
        assertThat(ended.code()).as(ended.err()).isZero();
        Path lib = folder.resolve("deploy/target/lib");
        assertThat(ended.out().lines())
                .contains("-XX:+UseSerialGC", "-Xmx128m", lib + "/gantry-cli-1.jar:" + lib + "/Z.jar:" + lib + "/a.jar")
                .endsWith("dev.gantry.cli.Main", "get", "services", "a b");
    }

    @Test
    void givesServersALargerHeapAndTheUsersFlagsTheLastWord() throws Exception {
        Ended ended = gantry(Map.of("JAVA_HOME", folder + "/jdk-25", "GANTRY_JAVA_OPTIONS", "-Xmx1g -Da=b"), "server");
        assertThat(ended.out().lines())
                .containsSubsequence("-Xmx512m", "-Xmx1g", "-Da=b", "dev.gantry.cli.Main", "server")
                .containsSubsequence("-Xms48m", "-Xms256m", "-XX:NewSize=128m", "dev.gantry.cli.Main");
    }

    @Test
    void leavesTheYoungGenerationAsItIsInASmallHeap() throws Exception {
        Ended ended = gantry(Map.of("JAVA_HOME", folder + "/jdk-25", "GANTRY_JAVA_OPTIONS", "-Xmx400m"), "server");
        assertThat(ended.out().lines())
                .contains("-XX:NewSize=24m", "-Xms48m", "-Xmx400m")
                .doesNotContain("-XX:NewSize=50m", "-Xms100m");
    }

    @Test
    void passesOverAnOlderJavaAndFindsTheRightOneAmongTheInstalled() throws Exception {
        Ended ended = gantry(Map.of("JAVA_HOME", folder + "/jdk-17"), "--version");
        assertThat(ended.out().lines()).startsWith(folder + "/jdk-25/bin/java");
    }

    @Test
    void saysWhatToDoWithoutAJdk() throws Exception {
        Files.delete(folder.resolve("jdk-25/release"));
        Files.delete(folder.resolve("jdk-25/bin/java"));
        Ended ended = gantry(Map.of(), "--version");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err()).contains("error: Gantry needs a JDK 25\n  why: ", "\n  try: install one");
    }

    @Test
    void saysThatANamedEngineDoesNotAnswer() throws Exception {
        Ended ended = gantry(Map.of("JAVA_HOME", folder + "/jdk-25"), "up", "--docker=unix://" + folder + "/none.sock");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err()).startsWith("error: no Docker engine answers at unix://" + folder + "/none.sock");
        assertThat(ended.out()).isEmpty();
    }

    @Test
    void simulatedNodesNeedNoEngineAndHaveTheServersHeap() throws Exception {
        for (String command : List.of("up", "agent")) {
            Ended ended = gantry(
                    Map.of("JAVA_HOME", folder + "/jdk-25", "DOCKER_HOST", "unix:///none.sock"), command, "--simulate");
            assertThat(ended.code()).as(ended.err()).isZero();
            assertThat(ended.out().lines()).contains("-Xmx512m").endsWith(command, "--simulate");
        }
    }

    @Test
    void helpNeedsNoEngine() throws Exception {
        Ended ended =
                gantry(Map.of("JAVA_HOME", folder + "/jdk-25", "DOCKER_HOST", "unix:///none.sock"), "up", "--help");
        assertThat(ended.code()).as(ended.err()).isZero();
    }

    @Test
    void worksThroughALinkFromAnyFolder() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("deploy/gantry"));
        Path out = folder.resolve("linked");
        ProcessBuilder builder = new ProcessBuilder(folder + "/tools/bash", link.toString(), "get", "tasks")
                .directory(folder.resolve("tools").toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", folder + "/tools");
        builder.environment().put("JAVA_HOME", folder + "/jdk-25");
        assertThat(builder.start().waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(out).lines())
                .contains("-Dgantry.home=" + folder + "/deploy")
                .endsWith("dev.gantry.cli.Main", "get", "tasks");
    }

    @Test
    void saysThatTestsNeedACheckout() throws Exception {
        Ended ended = gantry(Map.of(), "verify", "--quick");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err()).startsWith("error: gantry verify needs a checkout");
    }

    private void java(String name, String version) throws IOException {
        Path home = folder.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        Path java = home.resolve("bin/java");
        Files.writeString(java, "#!/bin/sh\necho \"$0\"\nfor word in \"$@\"; do echo \"$word\"; done\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Ended gantry(Map<String, String> variables, String... words) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(
                        Stream.concat(Stream.of(folder + "/tools/bash", folder + "/deploy/gantry"), Stream.of(words))
                                .toList())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", folder + "/tools");
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("GANTRY_JVM_DIR", folder.toString());
        builder.environment().putAll(variables);
        Process process = builder.start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Ended(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }
}
