package dev.gantry.controller.kube.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Numbers as a job lists them: {@code 1,3-5}. */
record Indexes(TreeSet<Integer> numbers) {

    private static final int COUNT_MAX = 1_000_000;

    static Indexes none() {
        return new Indexes(new TreeSet<>());
    }

    /** @param end the first index that there is not */
    static Indexes parse(String text, int end) {
        TreeSet<Integer> numbers = new TreeSet<>();
        for (IndexRange range : IndexRange.parse(text)) {
            for (int i = range.first(); i <= range.last() && i < end && numbers.size() < COUNT_MAX; i++) {
                numbers.add(i);
            }
        }
        return new Indexes(numbers);
    }

    boolean contains(int index) {
        return numbers.contains(index);
    }

    int size() {
        return numbers.size();
    }

    String text() {
        List<IndexRange> ranges = new ArrayList<>();
        for (int number : numbers) {
            boolean isNext = !ranges.isEmpty() && number == ranges.getLast().last() + 1;
            int first = isNext ? ranges.removeLast().first() : number;
            ranges.add(new IndexRange(first, number));
        }
        return String.join(",", ranges.stream().map(IndexRange::text).toList());
    }
}
