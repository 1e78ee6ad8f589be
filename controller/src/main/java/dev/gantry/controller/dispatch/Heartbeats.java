package dev.gantry.controller.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers when each node was heard. What was heard before the present leadership began is forgotten. */
public final class Heartbeats implements NodeLiveness {

    private final Leading leading;
    // As many as there are nodes: the entry goes with the node's record.
    private final Map<String, Beat> heard = new ConcurrentHashMap<>();

    /**
     * @param tenure since when this controller led at that time. Times alone would not do: after the clock was set back,
     *     an older beat looks newer
     */
    private record Beat(Instant at, Instant tenure) {}

    public Heartbeats(Leading leading) {
        this.leading = leading;
    }

    public void heard(String nodeId, Instant now) {
        heard.put(nodeId, new Beat(now, leading.confirmedSince()));
    }

    public void forget(String nodeId) {
        heard.remove(nodeId);
    }

    @Override
    public Optional<Instant> lastHeard(String nodeId) {
        Instant since = leading.confirmedSince();
        return Optional.ofNullable(heard.get(nodeId))
                .filter(beat -> beat.tenure().equals(since))
                .map(Beat::at);
    }

    @Override
    public Instant confirmedSince() {
        return leading.confirmedSince();
    }

    /** The age of the oldest heartbeat that counts; zero when there is none. */
    Duration oldest(Instant now) {
        Instant since = leading.confirmedSince();
        return heard.values().stream()
                .filter(beat -> beat.tenure().equals(since))
                .map(Beat::at)
                .min(Instant::compareTo)
                .map(at -> Duration.between(at, now))
                .orElse(Duration.ZERO);
    }
}
