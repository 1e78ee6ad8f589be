package dev.gantry.nfs;

import dev.gantry.proto.NfsVolume;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Finds what is wrong with a share. What passes is safe as an argument of {@code mount}. */
public final class NfsRules {

    public static final int OPTIONS_MAX = 32;

    private static final int SERVER_MAX = 253;
    private static final int PATH_MAX = 1024;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?");
    private static final Pattern ADDRESS6 = Pattern.compile("[0-9A-Fa-f]*:[0-9A-Fa-f:.]*");
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9_.:-]{1,128}");

    /** See nfs(5), and mount(8) for those of all file systems. Not {@code bg}: it would say that all is well before it is. */
    private static final Set<String> FLAGS = words("""
        ac acl async atime cto dev diratime exec fg fsc hard intr lazytime lock migration noac noacl noatime nocto nodev
        nodiratime noexec nofsc nointr nolazytime nolock nomigration nordirplus norelatime noresvport nosharecache
        nosoftreval nosuid notrunkdiscovery posix noposix rdirplus rdma relatime resvport ro rw sharecache soft softerr
        softreval strictatime suid sync tcp trunkdiscovery udp _netdev\
        """);

    private static final Set<String> VALUES = words("""
        acdirmax acdirmin acregmax acregmin actimeo clientaddr local_lock lookupcache max_connect minorversion mounthost
        mountport mountproto mountvers namlen nconnect nfsvers port proto rdirplus retrans retry rsize sec timeo vers wsize
        xprtsec\
        """);

    private NfsRules() {}

    private static Set<String> words(String text) {
        return Set.copyOf(Arrays.asList(text.strip().split("\\s+")));
    }

    /** The first thing that is wrong with it. */
    public static Optional<String> problem(NfsVolume share) {
        return serverProblem(share.getServer())
                .map(problem -> "server " + problem)
                .or(() -> pathProblem(share.getPath()).map(problem -> "path " + problem))
                .or(() -> optionsProblem(share.getOptionsList()));
    }

    public static Optional<String> serverProblem(String server) {
        boolean isGood = server.length() <= SERVER_MAX
                && (NAME.matcher(server).matches() || ADDRESS6.matcher(server).matches());
        return isGood ? Optional.empty() : Optional.of("must be a host name or an address");
    }

    public static Optional<String> pathProblem(String path) {
        if (!path.startsWith("/")) {
            return Optional.of("must be an absolute path");
        }
        if (path.length() > PATH_MAX || path.chars().anyMatch(Character::isISOControl)) {
            return Optional.of("must have at most " + PATH_MAX + " characters, and no control characters");
        }
        return List.of(path.split("/")).contains("..") ? Optional.of("must not contain '..'") : Optional.empty();
    }

    private static Optional<String> optionsProblem(List<String> options) {
        return options.size() > OPTIONS_MAX
                ? Optional.of("there are more than " + OPTIONS_MAX + " mount options")
                : options.stream()
                        .flatMap(option -> optionProblem(option).map(problem -> "option " + problem).stream())
                        .findFirst();
    }

    /** @param option one, as {@code hard} or {@code nfsvers=4.1} */
    public static Optional<String> optionProblem(String option) {
        int equal = option.indexOf('=');
        boolean isGood = equal < 0
                ? FLAGS.contains(option)
                : VALUES.contains(option.substring(0, equal))
                        && VALUE.matcher(option.substring(equal + 1)).matches();
        return isGood
                ? Optional.empty()
                : Optional.of("must be one option of NFS, as nfs(5) has them, such as \"hard\" or \"nfsvers=4.1\"");
    }
}
