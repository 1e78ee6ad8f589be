package dev.gantry.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads from a backend's history what an image cannot tell: the steps between two of its revisions. */
final class Replay {

    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);

    private final Backend backend;
    private final Decoder decoder;
    private final StoreSettings settings;

    Replay(Backend backend, Decoder decoder, StoreSettings settings) {
        this.backend = backend;
        this.decoder = decoder;
        this.settings = settings;
    }

    /**
     * Every step after {@code after}, at least up to {@code last}, in the order of revisions; empty when the backend has
     * forgotten some of them, or they are more than may be held.
     *
     * @param last revision of a record that still is as it then was written: no history ends before it is told
     */
    Optional<List<Change<?>>> between(long after, long last) throws InterruptedException {
        List<Change<?>> steps = new ArrayList<>();
        if (last <= after) {
            return Optional.of(steps);
        }
        Map<Key<?>, Versioned<?>> latest = new HashMap<>();
        Inbox inbox = new Inbox(settings.inboxBytesMax());
        AutoCloseable watch = backend.watch(after, inbox);
        try {
            long told = after;
            while (told < last) {
                switch (next(inbox)) {
                    case Inbox.Told.Changed(long revision, List<Backend.Event> events) -> {
                        events.forEach(event -> decoder.step(event, latest).ifPresent(steps::add));
                        told = revision;
                    }
                    case Inbox.Told.Lost(String reason) -> {
                        LOG.info("the history after revision {} cannot be read: {}", after, reason);
                        return Optional.empty();
                    }
                }
            }
            return Optional.of(steps);
        } finally {
            end(watch);
        }
    }

    private Inbox.Told next(Inbox inbox) throws InterruptedException {
        Duration longest = settings.threaded() ? settings.deadline() : Duration.ZERO;
        return inbox.take(longest)
                .orElseThrow(() -> new UnavailableException(
                        "the store's history was not told within " + longest.toMillis() + " ms"));
    }

    private static void end(AutoCloseable watch) {
        try {
            watch.close();
        } catch (Exception e) {
            LOG.warn("cannot end a watch", e);
        }
    }
}
