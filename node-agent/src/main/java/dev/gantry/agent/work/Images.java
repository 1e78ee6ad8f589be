package dev.gantry.agent.work;

import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.AgentSettings.PullBehavior;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.LocalImage;
import dev.gantry.proto.RegistryCredentials;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes images present: one pull per image at a time, however many workloads wait for it; remembers what is present. */
final class Images {

    private static final Logger LOG = LoggerFactory.getLogger(Images.class);
    private static final int KNOWN_MAX = 10_000;

    /**
     * An image that serves.
     *
     * @param note what a person should know; may be empty
     */
    record Served(LocalImage image, String note) {}

    private record Pull(String reference, Optional<RegistryCredentials> credentials) {}

    /** How somebody's pull ended for those who waited for it. */
    private sealed interface End {
        record Done() implements End {}

        record Failed(EngineException why) implements End {}

        /** The one who pulled wanted it no more; another must. */
        record Abandoned() implements End {}
    }

    private final ContainerEngine engine;
    private final AgentSettings.Images settings;
    private final InstantSource clock;
    private final Map<String, LocalImage> known = new ConcurrentHashMap<>();
    private final AtomicLong generation = new AtomicLong();
    private final Map<Pull, CompletableFuture<End>> pulls = new ConcurrentHashMap<>();
    private final Map<String, Instant> failures = new ConcurrentHashMap<>();
    private final Set<String> pulled = ConcurrentHashMap.newKeySet();
    private final Map<String, Instant> lastUses = new ConcurrentHashMap<>();

    Images(ContainerEngine engine, AgentSettings.Images settings, InstantSource clock) {
        this.engine = engine;
        this.settings = settings;
        this.clock = clock;
    }

    /** Images came or went: everything known is asked again. */
    void changed() {
        generation.incrementAndGet();
        known.clear();
    }

    /**
     * Waits until the image is present. An {@link EngineException} says why it is not.
     *
     * @param logins to the image's registry, to be tried in turn; none to ask as nobody
     * @param wanted in place of the node's own behavior
     */
    Served obtain(String reference, List<RegistryCredentials> logins, Optional<PullBehavior> wanted)
            throws InterruptedException {
        Optional<LocalImage> local = local(reference);
        boolean failedLately = Optional.ofNullable(failures.get(reference))
                .filter(at -> clock.instant().isBefore(at.plus(settings.registryRetry())))
                .isPresent();
        lastUses.put(reference, clock.instant());
        ImageChoice.Case given = new ImageChoice.Case(
                wanted.orElse(settings.behavior()), reference, local, pulled.contains(reference), failedLately);
        return switch (ImageChoice.of(given)) {
            case ImageChoice.Use(LocalImage image, String note) -> new Served(image, note);
            case ImageChoice.Refuse(String why) -> throw new EngineException(EngineException.Kind.REFUSED, why);
            case ImageChoice.Ask(Optional<LocalImage> fallback) -> ask(reference, logins, fallback);
        };
    }

    private Served ask(String reference, List<RegistryCredentials> logins, Optional<LocalImage> fallback)
            throws InterruptedException {
        try {
            pull(reference, logins, fallback.isPresent() ? settings.fallbackAfter() : settings.inactivityTimeout());
        } catch (EngineException e) {
            if (fallback.isEmpty()) {
                throw e;
            }
            failures.put(reference, clock.instant());
            String note = "Image " + reference + ": the local one serves, because its registry failed: " + e.text();
            return new Served(fallback.get(), note);
        }
        failures.remove(reference);
        pulled.add(reference);
        known.remove(reference);
        LocalImage image = local(reference)
                .orElseThrow(() -> new EngineException(
                        EngineException.Kind.NOT_FOUND, "image " + reference + " is not there although it was pulled"));
        return new Served(image, "");
    }

    private Optional<LocalImage> local(String reference) throws InterruptedException {
        LocalImage remembered = known.get(reference);
        if (remembered != null) {
            return Optional.of(remembered);
        }
        long before = generation.get();
        Optional<LocalImage> found = engine.image(reference);
        if (generation.get() == before && known.size() < KNOWN_MAX) {
            found.ifPresent(image -> known.put(reference, image));
        }
        return found;
    }

    /** With the first login that does; the failure of the last one counts. */
    private void pull(String reference, List<RegistryCredentials> logins, Duration inactivity)
            throws InterruptedException {
        for (int i = 0; i < logins.size() - 1; i++) {
            try {
                pull(new Pull(reference, Optional.of(logins.get(i))), inactivity);
                return;
            } catch (EngineException e) {
                LOG.info("Trying another login for {}: {}", reference, e.text());
            }
        }
        pull(new Pull(reference, logins.isEmpty() ? Optional.empty() : Optional.of(logins.getLast())), inactivity);
    }

    private void pull(Pull pull, Duration inactivity) throws InterruptedException {
        while (true) {
            CompletableFuture<End> mine = new CompletableFuture<>();
            CompletableFuture<End> others = pulls.putIfAbsent(pull, mine);
            if (others == null) {
                pull(pull, inactivity, mine);
                return;
            }
            switch (await(others)) {
                case End.Done _ -> {
                    return;
                }
                case End.Failed(EngineException why) -> throw why;
                case End.Abandoned _ -> LOG.debug("Taking over the pull of {}", pull.reference());
            }
        }
    }

    private static End await(CompletableFuture<End> others) throws InterruptedException {
        try {
            // Ends with the pull it waits for, which has deadlines of its own.
            return others.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private void pull(Pull pull, Duration inactivity, CompletableFuture<End> mine) throws InterruptedException {
        End end = new End.Abandoned();
        try {
            LOG.info("Pulling {}", pull.reference());
            engine.pull(
                    pull.reference(),
                    pull.credentials(),
                    new ContainerEngine.Patience(inactivity, settings.pullTimeout()),
                    progress -> LOG.debug("Pulling {}: {}", pull.reference(), progress));
            end = new End.Done();
        } catch (EngineException e) {
            LOG.warn("Pulling {} failed: {}", pull.reference(), e.text());
            end = new End.Failed(e);
            throw e;
        } finally {
            pulls.remove(pull, mine);
            mine.complete(end);
        }
    }

    /** Removes images that this agent pulled and that nobody has used for long; those built on the node are not ours to remove. */
    void removeUnused() throws InterruptedException {
        Set<String> used = Set.copyOf(engine.imagesInUse());
        Instant old = clock.instant().minus(settings.minimumAge());
        List<String> unused = new HashMap<>(lastUses)
                .entrySet().stream()
                        .filter(use ->
                                pulled.contains(use.getKey()) && use.getValue().isBefore(old))
                        .sorted(Map.Entry.comparingByValue())
                        .map(Map.Entry::getKey)
                        .toList();
        int left = settings.removedPerRound();
        for (String reference : unused) {
            Optional<LocalImage> image = engine.image(reference);
            boolean removable =
                    image.filter(found -> !used.contains(found.id())).isPresent();
            if (removable && left-- > 0) {
                LOG.info("Removing image {}, which nothing has used since {}", reference, lastUses.get(reference));
                engine.removeImage(reference);
            }
            if (removable || image.isEmpty()) {
                lastUses.remove(reference);
                pulled.remove(reference);
            }
        }
    }
}
