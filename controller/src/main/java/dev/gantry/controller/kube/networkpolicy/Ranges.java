package dev.gantry.controller.kube.networkpolicy;

import dev.gantry.controller.kube.document.Cidr;
import dev.gantry.proto.AddressRange;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A set of IPv4 addresses, as ranges that do not touch each other. */
final class Ranges {

    private final TreeMap<Long, Long> ends = new TreeMap<>();

    /** Of a block without some of its parts. */
    static Ranges of(Cidr block, List<Cidr> without) {
        Ranges ranges = new Ranges();
        ranges.add(block.first().longValue(), block.last().longValue());
        without.forEach(
                part -> ranges.remove(part.first().longValue(), part.last().longValue()));
        return ranges;
    }

    void add(long address) {
        add(address, address);
    }

    void addAll(Ranges others) {
        others.ends.forEach(this::add);
    }

    private void add(long first, long last) {
        long from = first;
        long to = last;
        Map.Entry<Long, Long> before = ends.floorEntry(first);
        if (before != null && before.getValue() >= first - 1) {
            from = before.getKey();
            to = Math.max(to, before.getValue());
        }
        for (Map.Entry<Long, Long> next = ends.ceilingEntry(from);
                next != null && next.getKey() <= to + 1;
                next = ends.ceilingEntry(from)) {
            to = Math.max(to, next.getValue());
            ends.remove(next.getKey());
        }
        ends.put(from, to);
    }

    private void remove(long first, long last) {
        Map.Entry<Long, Long> before = ends.lowerEntry(first);
        if (before != null && before.getValue() >= first) {
            ends.put(before.getKey(), first - 1);
            if (before.getValue() > last) {
                ends.put(last + 1, before.getValue());
            }
        }
        for (Map.Entry<Long, Long> next = ends.ceilingEntry(first);
                next != null && next.getKey() <= last;
                next = ends.ceilingEntry(first)) {
            ends.remove(next.getKey());
            if (next.getValue() > last) {
                ends.put(last + 1, next.getValue());
            }
        }
    }

    boolean isEmpty() {
        return ends.isEmpty();
    }

    List<AddressRange> compiled() {
        return ends.entrySet().stream()
                .map(range -> AddressRange.newBuilder()
                        .setFirst(range.getKey().intValue())
                        .setLast(range.getValue().intValue())
                        .build())
                .toList();
    }
}
