package dev.gantry.agent.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MountTableTest {

    private static final MountTable TABLE = MountTable.parse("""
        22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
        40 22 0:45 / /data/mounts/p1/my\\040share rw shared:7 - nfs4 nas:/export rw,vers=4.2
        41 22 0:46 /sub /data/mounts/p1/my\\040share rw - nfs4 nas:/other rw
        42 22 0:47 / /data/mounts/p10/x ro - nfs4 nas:/third ro
        """);

    @Test
    void seesTheLastOfWhatIsMountedAtAPlace() {
        assertThat(TABLE.at(Path.of("/data/mounts/p1/my share")))
                .contains(new MountTable.Mount("0:46", "/sub", Path.of("/data/mounts/p1/my share")));
        assertThat(TABLE.at(Path.of("/data/mounts/p1"))).isEmpty();
    }

    @Test
    void listsWhatLiesBelowADirectoryLastFirst() {
        assertThat(TABLE.below(Path.of("/data/mounts/p1")))
                .extracting(MountTable.Mount::device)
                .containsExactly("0:46", "0:45");
    }
}
