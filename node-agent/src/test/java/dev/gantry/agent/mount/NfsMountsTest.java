package dev.gantry.agent.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.nfs.NfsRules;
import dev.gantry.proto.NfsVolume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shares of pods, with a program in place of {@code mount} that mounts a directory of this machine. */
class NfsMountsTest {

    private static final NfsVolume SHARE =
            NfsVolume.newBuilder().setServer("nas").setPath("/export").build();

    @TempDir
    private Path directory;

    private Path export;
    private NfsMounts mounts;

    @BeforeEach
    void open() throws IOException {
        Assumptions.assumeTrue(Files.isWritable(Path.of("/proc/1/oom_score_adj")), "only root may mount");
        export = Files.createDirectories(directory.toRealPath().resolve("export"));
        Files.writeString(export.resolve("word"), "kept");
        mounts = with("""
            for place; do :; done
            case "$*" in *gone:*) echo 'Connection refused'; exit 32 ;; *liar:*) exit 0 ;; esac
            exec mount --bind %s "$place"
            """.formatted(export));
    }

    private NfsMounts with(String script) throws IOException {
        Path program = directory.resolve("mount");
        Files.writeString(program, "#!/bin/sh\n" + script);
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return new NfsMounts(directory, program.toString(), "umount");
    }

    @AfterEach
    void unmount() throws IOException, InterruptedException {
        mounts.sweep(_ -> false);
    }

    @Test
    void mountsAShareOnceForAllContainersOfAPod() throws Exception {
        Path place = mounts.mount("p1", "data", SHARE);
        assertThat(mounts.mount("p1", "data", SHARE)).isEqualTo(place);
        assertThat(MountTable.own().below(place)).hasSize(1);
        assertThat(place.resolve("word")).hasContent("kept");
        assertThat(mounts.mounted("p1", "data")).contains(place);
        assertThat(mounts.isSeenBy("self", "p1", "data")).isTrue();
        assertThat(mounts.isSeenBy("self", "p1", "other")).isFalse();
    }

    @Test
    void unmountsWhatAPodHasAndKeepsWhatIsInIt() throws Exception {
        Path one = mounts.mount("p1", "data", SHARE);
        Path other = mounts.mount("p2", "data", SHARE);
        mounts.unmount("p1");
        assertThat(one).doesNotExist();
        assertThat(mounts.mounted("p2", "data")).contains(other);
        assertThat(export.resolve("word")).hasContent("kept");
        mounts.unmount("p1");
    }

    @Test
    void sweepsAwayWhatAnEarlierAgentHasLeft() throws Exception {
        Path _ = mounts.mount("p1", "data", SHARE);
        Path kept = mounts.mount("p2", "data", SHARE);
        new NfsMounts(directory).sweep(Set.of("p2")::contains);
        assertThat(mounts.mounted("p1", "data")).isEmpty();
        assertThat(mounts.mounted("p2", "data")).contains(kept);
        assertThat(export.resolve("word")).hasContent("kept");
    }

    @Test
    void detachesWhatIsStillInUse() throws Exception {
        Path place = mounts.mount("p1", "data", SHARE);
        Process user =
                new ProcessBuilder("sleep", "60").directory(place.toFile()).start();
        try {
            mounts.unmount("p1");
            assertThat(MountTable.own().at(place)).isEmpty();
        } finally {
            user.destroyForcibly().waitFor();
        }
    }

    @Test
    void saysWhatTheProgramSaidAndWhatToDo() {
        assertThatThrownBy(() -> mounts.mount(
                        "p1", "data", SHARE.toBuilder().setServer("gone").build()))
                .isInstanceOf(MountException.class)
                .hasMessageContaining("ended with 32: Connection refused; the command was: ")
                .hasMessageContaining(" -t nfs gone:/export ");
        assertThatThrownBy(() -> mounts.mount(
                        "p1", "data", SHARE.toBuilder().setServer("liar").build()))
                .hasMessageContaining("nothing is mounted");
        assertThat(new NfsAbility(false, true, "nodev\tnfs4").remedy())
                .hasValueSatisfying(what -> assertThat(what).contains("only root may mount"));
        assertThat(new NfsAbility(true, false, "nodev\tnfs4").remedy())
                .hasValueSatisfying(what -> assertThat(what).contains("install nfs-common"));
        assertThat(new NfsAbility(true, true, "nodev\tproc\n\text4").remedy())
                .hasValueSatisfying(what -> assertThat(what).contains("no NFS client"));
        assertThat(new NfsAbility(true, true, "nodev\tproc\nnodev\tnfs").remedy())
                .isEmpty();
    }

    @Test
    void tellsTheProgramWhatAVolumeSays() {
        NfsVolume share = NfsVolume.newBuilder()
                .setServer("fd00::5")
                .setPath("/export")
                .setReadOnly(true)
                .addOptions("hard")
                .addOptions("nfsvers=4.1")
                .build();
        assertThat(new NfsMounts(directory).words(share, Path.of("/x")))
                .isEqualTo(List.of("mount", "-t", "nfs", "-o", "hard,nfsvers=4.1,ro", "[fd00::5]:/export", "/x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-o", "a b", "a:/b", "a;b", "", "$(x)", "nas/", "a,b"})
    void takesNoServerThatIsNone(String server) {
        NfsVolume bad = SHARE.toBuilder().setServer(server).build();
        assertThatThrownBy(() -> mounts.mount("p1", "data", bad)).hasMessageContaining("server must be");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"bind", "remount", "ro,suid", "bg", "addr=10.0.0.1", "vers=4 -o x", "sec=a,b", "vers=", "", "=1"
            })
    void takesNoOptionThatIsNoneOfNfs(String option) {
        assertThat(NfsRules.optionProblem(option)).isPresent();
    }
}
