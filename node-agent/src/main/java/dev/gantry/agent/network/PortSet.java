package dev.gantry.agent.network;

import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;

/** Ports of one protocol, written so that none is named twice: the kernel refuses sets whose parts overlap. */
final class PortSet {

    static final int MAX = 65_535;

    private final TreeMap<Integer, Integer> ends = new TreeMap<>();

    void add(int first, int last) {
        ends.merge(first, last, Math::max);
    }

    /** Empty for no port. */
    Optional<String> text() {
        if (ends.isEmpty()) {
            return Optional.empty();
        }
        StringJoiner set = new StringJoiner(", ", "{ ", " }");
        int from = ends.firstKey();
        int to = -1;
        for (Map.Entry<Integer, Integer> range : ends.entrySet()) {
            if (to >= 0 && range.getKey() > to + 1) {
                set.add(text(from, to));
                from = range.getKey();
            }
            to = Math.max(to, range.getValue());
        }
        return Optional.of(set.add(text(from, to)).toString());
    }

    private static String text(int first, int last) {
        return first == last ? Integer.toString(first) : first + "-" + last;
    }
}
