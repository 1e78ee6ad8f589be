package dev.gantry.controller.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts wrong tries by address, so that nobody guesses. Remembers a bounded number of addresses. */
final class Tries {

    private static final int ADDRESSES_MAX = 10_000;

    private final int limit;
    private final Duration window;
    private final Map<String, Deque<Instant>> wrong = new LinkedHashMap<>();

    Tries(int limit, Duration window) {
        this.limit = limit;
        this.window = window;
    }

    synchronized boolean mayTry(String address, Instant now) {
        Deque<Instant> tries = wrong.get(address);
        if (tries == null) {
            return true;
        }
        while (!tries.isEmpty() && tries.peekFirst().plus(window).isBefore(now)) {
            tries.removeFirst();
        }
        if (tries.isEmpty()) {
            wrong.remove(address);
        }
        return tries.size() < limit;
    }

    synchronized void wrong(String address, Instant now) {
        Deque<Instant> tries = wrong.computeIfAbsent(address, _ -> new ArrayDeque<>());
        tries.addLast(now);
        while (tries.size() > limit) {
            tries.removeFirst();
        }
        if (wrong.size() > ADDRESSES_MAX) {
            wrong.remove(wrong.keySet().iterator().next());
        }
    }
}
