package dev.gantry.agent.connection;

import dev.gantry.agent.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where controllers may be: those that the node's owner named, and those that a leader named since, which are kept so that an
 * agent that restarts finds another when the first one is gone. Used by one thread.
 */
final class KnownControllers {

    static final String NAME = "controllers.learnt";

    private static final Logger log = LoggerFactory.getLogger(KnownControllers.class);

    private final Path file;
    private final List<HostPort> named;
    private List<HostPort> learnt;

    /** @param named at least one */
    KnownControllers(Path directory, List<HostPort> named) {
        this.file = directory.resolve(NAME);
        this.named = List.copyOf(named);
        this.learnt = load();
    }

    HostPort first() {
        return named.getFirst();
    }

    /** Whose turn it is after one that is not, or no longer, any use. */
    HostPort after(HostPort left) {
        List<HostPort> all = all();
        return all.get((all.indexOf(left) + 1) % all.size());
    }

    /** A leader says who there is; none means that it says nothing about it. */
    void learn(List<String> addresses) {
        List<HostPort> news = parsed(addresses);
        if (news.isEmpty() || news.equals(learnt)) {
            return;
        }
        learnt = news;
        log.info("controllers are at {}", news);
        try {
            DurableFile.replace(file, String.join("\n", addresses).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            log.warn("{} cannot be written: {}", file, e.getMessage());
        }
    }

    private List<HostPort> all() {
        Set<HostPort> all = new LinkedHashSet<>(named);
        all.addAll(learnt);
        return List.copyOf(all);
    }

    private List<HostPort> load() {
        try {
            return Files.exists(file) ? parsed(Files.readAllLines(file)) : List.of();
        } catch (IOException e) {
            log.warn("{} cannot be read: {}", file, e.getMessage());
            return List.of();
        }
    }

    private static List<HostPort> parsed(List<String> addresses) {
        try {
            return addresses.stream().map(HostPort::parse).toList();
        } catch (LinkException e) {
            log.warn("a controller's address makes no sense: {}", e.getMessage());
            return List.of();
        }
    }
}
