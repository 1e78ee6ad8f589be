package dev.gantry.agent.work;

import com.google.protobuf.ByteString;
import dev.gantry.agent.engine.ImageReference;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.RegistryCredentials;
import dev.gantry.proto.Supply;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.PatternSyntaxException;

/** Finds the logins that a pod's pull secrets have for an image, as upstream does: the registry with the longest name first. Pure. */
final class RegistryLogins {

    private static final String HUB = "docker.io";
    private static final String HUB_KEY = "index.docker.io";

    /** That many logins are tried for one image. */
    private static final int LOGINS_MAX = 8;

    private RegistryLogins() {}

    static List<RegistryCredentials> of(DesiredWorkload workload, String image) {
        SortedMap<String, List<String>> all = new TreeMap<>(Comparator.reverseOrder());
        for (String name : workload.getSpec().getPod().getPullSecretsList()) {
            workload.getSupplies().getSuppliesList().stream()
                    .filter(supply -> supply.getKind() == Supply.Kind.PULL_SECRET
                            && supply.getName().equals(name))
                    .forEach(supply -> add(all, supply.getDataMap()));
        }
        ImageReference reference = ImageReference.parse(image);
        List<String> found = new ArrayList<>();
        all.forEach((key, logins) -> {
            if (matches(key, reference)) {
                found.addAll(logins);
            }
        });
        if (found.isEmpty() && reference.registry().equals(HUB)) {
            found.addAll(all.getOrDefault(HUB_KEY, List.of()));
        }
        return found.stream()
                .distinct()
                .limit(LOGINS_MAX)
                .map(RegistryLogins::credentials)
                .toList();
    }

    private static void add(Map<String, List<String>> all, Map<String, ByteString> registries) {
        registries.forEach(
                (key, login) -> all.computeIfAbsent(key, _ -> new ArrayList<>()).add(login.toStringUtf8()));
    }

    private static RegistryCredentials credentials(String login) {
        int colon = login.indexOf(':');
        return RegistryCredentials.newBuilder()
                .setUsername(login.substring(0, colon))
                .setPassword(login.substring(colon + 1))
                .build();
    }

    /** Each word of the host may have wildcards; the path is one that the image's begins with. */
    private static boolean matches(String key, ImageReference image) {
        int slash = key.indexOf('/');
        String path = slash < 0 ? "" : key.substring(slash);
        String[] wanted = (slash < 0 ? key : key.substring(0, slash)).split(":", 2);
        int end = image.name().indexOf('/');
        String[] given = (end < 0 ? image.name() : image.name().substring(0, end)).split(":", 2);
        String rest = end < 0 ? "" : image.name().substring(end);
        boolean samePort = (wanted.length == 2 ? wanted[1] : "").equals(given.length == 2 ? given[1] : "");
        return samePort && rest.startsWith(path) && areAlike(wanted[0].split("\\."), given[0].split("\\."));
    }

    private static boolean areAlike(String[] patterns, String[] words) {
        if (patterns.length != words.length) {
            return false;
        }
        for (int i = 0; i < words.length; i++) {
            if (!isLike(patterns[i], words[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLike(String pattern, String word) {
        try {
            return FileSystems.getDefault().getPathMatcher("glob:" + pattern).matches(Path.of(word));
        } catch (PatternSyntaxException | InvalidPathException _) {
            return false;
        }
    }
}
