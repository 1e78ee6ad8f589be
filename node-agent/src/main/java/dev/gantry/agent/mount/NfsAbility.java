package dev.gantry.agent.mount;

import dev.gantry.agent.program.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a machine needs to mount shares. Asked of after a failure only.
 *
 * @param root        whether this process may mount
 * @param helper      whether the program is there that speaks with servers
 * @param filesystems text of /proc/filesystems
 */
record NfsAbility(boolean root, boolean helper, String filesystems) {

    private static final List<Path> HELPERS = List.of(Path.of("/sbin/mount.nfs"), Path.of("/usr/sbin/mount.nfs"));

    /** Has the kernel load its module, if there is one, so that the next attempt may find it. */
    static NfsAbility ofThisMachine() throws IOException, InterruptedException {
        try {
            String _ = Program.of("modprobe", "nfs").said("");
        } catch (IOException _) {
            // A machine without modules has no such program.
        }
        return new NfsAbility(
                Files.isWritable(Path.of("/proc/1/oom_score_adj")),
                HELPERS.stream().anyMatch(Files::isExecutable),
                Files.readString(Path.of("/proc/filesystems")));
    }

    /** What is missing, and how to get it; empty when it is not the machine that is at fault. */
    Optional<String> remedy() {
        if (!root) {
            return Optional.of("only root may mount: run the agent of this node as root");
        }
        if (!helper) {
            return Optional.of(
                    "this node has no program mount.nfs: install nfs-common (Debian, Ubuntu) or nfs-utils (others)");
        }
        Stream<String> known = filesystems
                .lines()
                .map(line -> line.substring(line.indexOf('\t') + 1).strip());
        return known.anyMatch(name -> name.equals("nfs") || name.equals("nfs4"))
                ? Optional.empty()
                : Optional.of("the kernel of this node has no NFS client: neither nfs nor nfs4 is in /proc/filesystems,"
                        + " and modprobe nfs finds no module");
    }
}
