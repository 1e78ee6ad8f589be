package dev.gantry.controller.ecs;

import dev.gantry.controller.ecs.document.Refusals;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Cuts a sorted list into pages. A page starts after the last name of the one before it, so changes in between lose nothing. */
record Paging(PageCodec codec) {

    static final int SIZE_MAX = 100;

    /**
     * What a caller asks for.
     *
     * @param query everything that selects the list, so that a token cannot be used for another one
     */
    record Ask(
            String operation,
            String query,
            @Nullable String token,
            @Nullable Integer size) {}

    /** @param next null on the last page */
    record Page<T>(List<T> items, @Nullable String next) {}

    <T> Page<T> page(Ask ask, List<T> sorted, Function<T, String> name) {
        return page(ask, SIZE_MAX, sorted, name, Comparator.naturalOrder());
    }

    <T> Page<T> page(Ask ask, int sizeDefault, List<T> sorted, Function<T, String> name, Comparator<String> order) {
        int size = ask.size() == null ? sizeDefault : ask.size();
        if (size < 1 || size > SIZE_MAX) {
            throw Refusals.invalid("maxResults must be between 1 and " + SIZE_MAX + ", was " + size + ".");
        }
        int start = 0;
        if (ask.token() != null) {
            String position = codec.position(ask.operation(), ask.query(), ask.token());
            while (start < sorted.size() && order.compare(name.apply(sorted.get(start)), position) <= 0) {
                start++;
            }
        }
        int end = Math.min(start + size, sorted.size());
        String next =
                end < sorted.size() ? codec.issue(ask.operation(), ask.query(), name.apply(sorted.get(end - 1))) : null;
        return new Page<>(List.copyOf(sorted.subList(start, end)), next);
    }
}
