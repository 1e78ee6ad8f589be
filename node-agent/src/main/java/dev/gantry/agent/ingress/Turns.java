package dev.gantry.agent.ingress;

import dev.gantry.agent.ingress.Backend.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Whose turn it is of the endpoints of each backend. */
final class Turns {

    private static final int TRIES_MAX = 3;

    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();

    /** The one whose turn it is, and those that are tried after it should it not answer. */
    List<Endpoint> next(Backend backend) {
        int size = backend.endpoints().size();
        int turn = counts.computeIfAbsent(backend.name(), _ -> new AtomicInteger())
                .getAndUpdate(count -> count + 1 < 0 ? 0 : count + 1);
        List<Endpoint> order = new ArrayList<>();
        for (int i = 0; i < Math.min(size, TRIES_MAX); i++) {
            order.add(backend.endpoints().get((turn + i) % size));
        }
        return order;
    }

    /** Backends may be gone: all begin anew. */
    void forget() {
        counts.clear();
    }
}
