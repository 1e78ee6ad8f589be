package dev.gantry.store;

import com.google.protobuf.Message;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One record's step from one image to the next: created ({@code before} is null), updated, or
 * deleted ({@code after} is null). After a compaction several steps may be told as one.
 */
public record Change<T extends Message>(
        Key<T> key, @Nullable Versioned<T> before, @Nullable Versioned<T> after, long revision) {

    /** What there was and what there is, as far as there was and is anything. */
    public List<Versioned<T>> sides() {
        return Stream.of(Optional.ofNullable(before), Optional.ofNullable(after))
                .flatMap(Optional::stream)
                .toList();
    }
}
