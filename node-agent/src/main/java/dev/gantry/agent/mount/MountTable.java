package dev.gantry.agent.mount;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What is mounted where, as a process sees it; later mounts come later. See proc_pid_mountinfo(5). */
record MountTable(List<Mount> mounts) {

    private static final int FIELDS_MIN = 6;
    private static final int DEVICE = 2;
    private static final int ROOT = 3;
    private static final int PLACE = 4;
    private static final Pattern ESCAPE = Pattern.compile("\\\\([0-7]{3})");
    private static final int OCTAL = 8;

    /**
     * One line of it.
     *
     * @param device numbers of the file system, as "0:45"
     * @param root   the directory of the file system that is seen
     */
    record Mount(String device, String root, Path place) {}

    MountTable {
        mounts = List.copyOf(mounts);
    }

    /** This process's own. */
    static MountTable own() throws IOException {
        return of("self");
    }

    /** @param process its number */
    static MountTable of(String process) throws IOException {
        return parse(Files.readString(Path.of("/proc", process, "mountinfo")));
    }

    static MountTable parse(String text) {
        List<Mount> mounts = new ArrayList<>();
        for (String line : text.split("\n")) {
            String[] fields = line.split(" ");
            if (fields.length >= FIELDS_MIN) {
                mounts.add(new Mount(fields[DEVICE], plain(fields[ROOT]), Path.of(plain(fields[PLACE]))));
            }
        }
        return new MountTable(mounts);
    }

    /** Spaces and the like stand there as their octal numbers. */
    private static String plain(String field) {
        return ESCAPE.matcher(field).replaceAll(MountTable::character);
    }

    private static String character(MatchResult escape) {
        char character = (char) Integer.parseInt(escape.group(1), OCTAL);
        return character == '\\' ? "\\\\" : String.valueOf(character);
    }

    /** What is seen at the place: of several mounts the last. */
    Optional<Mount> at(Path place) {
        return mounts.stream().filter(mount -> mount.place().equals(place)).reduce((_, last) -> last);
    }

    /** All that lie at the directory or below it, what was mounted last first. */
    List<Mount> below(Path directory) {
        return mounts.reversed().stream()
                .filter(mount -> mount.place().startsWith(directory))
                .toList();
    }
}
