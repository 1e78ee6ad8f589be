package dev.gantry.store.ledger;

import dev.gantry.store.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Leases, when they end, and the paths that vanish with them. Not thread-safe. */
final class Leases {

    private static final class Term {
        private final Duration timeToLive;
        private final Set<String> paths = new TreeSet<>();
        private Instant end;

        Term(Duration timeToLive, Instant now) {
            this.timeToLive = timeToLive;
            this.end = now.plus(timeToLive);
        }
    }

    private final Map<Long, Term> terms = new TreeMap<>();
    private final Map<String, Long> leaseByPath = new HashMap<>();

    void put(long id, Duration timeToLive, Instant now) {
        terms.put(id, new Term(timeToLive, now));
    }

    boolean has(Lease lease) {
        return terms.containsKey(lease.id());
    }

    boolean renew(Lease lease, Instant now) {
        Term term = terms.get(lease.id());
        if (term == null || !now.isBefore(term.end)) {
            return false;
        }
        term.end = now.plus(term.timeToLive);
        return true;
    }

    /** Puts the path under the lease, or under none. */
    void attach(String path, @Nullable Lease lease) {
        Long before = leaseByPath.remove(path);
        Term old = before == null ? null : terms.get(before);
        if (old != null) {
            old.paths.remove(path);
        }
        Term term = lease == null ? null : terms.get(lease.id());
        if (lease != null && term != null) {
            term.paths.add(path);
            leaseByPath.put(path, lease.id());
        }
    }

    /** Forgets the lease. The paths that were under it are to be deleted. */
    List<String> end(Lease lease) {
        Term term = terms.remove(lease.id());
        if (term == null) {
            return List.of();
        }
        term.paths.forEach(leaseByPath::remove);
        return new ArrayList<>(term.paths);
    }

    List<Lease> ended(Instant now) {
        return terms.entrySet().stream()
                .filter(entry -> !now.isBefore(entry.getValue().end))
                .map(entry -> new Lease(entry.getKey()))
                .toList();
    }

    Optional<Instant> nextEnd() {
        return terms.values().stream().map(term -> term.end).min(Comparator.naturalOrder());
    }
}
