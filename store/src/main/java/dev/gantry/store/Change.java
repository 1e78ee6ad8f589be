package dev.gantry.store;

import com.google.protobuf.Message;
import org.jspecify.annotations.Nullable;

/**
 * One record's step from one image to the next: created ({@code before} is null), updated, or
 * deleted ({@code after} is null). After a compaction several steps may be told as one.
 */
public record Change<T extends Message>(
        Key<T> key, @Nullable Versioned<T> before, @Nullable Versioned<T> after, long revision) {}
