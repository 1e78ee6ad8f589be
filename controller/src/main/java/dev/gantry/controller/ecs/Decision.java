package dev.gantry.controller.ecs;

import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import java.util.function.Function;

/**
 * What a handler wants written, and how it answers from an image that holds it.
 *
 * @param writes empty when there is nothing to write
 */
record Decision<T>(Transaction writes, Function<Snapshot, T> answer) {

    static <T> Decision<T> nothing(Function<Snapshot, T> answer) {
        return new Decision<>(Transaction.builder().build(), answer);
    }
}
