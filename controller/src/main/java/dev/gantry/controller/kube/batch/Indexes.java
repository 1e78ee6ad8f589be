package dev.gantry.controller.kube.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Numbers as a job lists them: {@code 1,3-5}. */
record Indexes(TreeSet<Integer> numbers) {

    private static final int RANGE_MAX = 1_000_000;

    static Indexes parse(String text) {
        TreeSet<Integer> numbers = new TreeSet<>();
        for (String part : text.split(",")) {
            if (part.matches("\\d{1,9}(-\\d{1,9})?")) {
                String[] ends = part.split("-");
                int last = Integer.parseInt(ends[ends.length - 1]);
                for (int i = Integer.parseInt(ends[0]); i <= last && numbers.size() < RANGE_MAX; i++) {
                    numbers.add(i);
                }
            }
        }
        return new Indexes(numbers);
    }

    /** As upstream writes it: two neighbours are not a range. */
    String text() {
        List<String> parts = new ArrayList<>();
        int first = -1;
        int last = -1;
        for (int number : numbers) {
            if (last < 0 || number != last + 1) {
                if (last >= 0) {
                    parts.add(part(first, last));
                }
                first = number;
            }
            last = number;
        }
        if (last >= 0) {
            parts.add(part(first, last));
        }
        return String.join(",", parts);
    }

    private static String part(int first, int last) {
        return switch (last - first) {
            case 0 -> Integer.toString(first);
            case 1 -> first + "," + last;
            default -> first + "-" + last;
        };
    }
}
