package dev.gantry.controller.kube.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;

/** Indexes in a row. */
record IndexRange(int first, int last) {

    /** Reads a list of them: {@code 1,3-5}; what is no range is left out. */
    static List<IndexRange> parse(String text) {
        List<IndexRange> ranges = new ArrayList<>();
        for (String part : text.split(",")) {
            if (part.matches("\\d{1,9}(-\\d{1,9})?")) {
                String[] ends = part.split("-");
                ranges.add(new IndexRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])));
            }
        }
        ranges.removeIf(range -> range.first() > range.last());
        return ranges;
    }

    /** As upstream writes it: two neighbours are not a range. */
    String text() {
        return switch (last - first) {
            case 0 -> Integer.toString(first);
            case 1 -> first + "," + last;
            default -> first + "-" + last;
        };
    }

    int size() {
        return last - first + 1;
    }

    /** How many of the numbers are in it. */
    int count(NavigableSet<Integer> numbers) {
        return numbers.subSet(first, true, last, true).size();
    }
}
